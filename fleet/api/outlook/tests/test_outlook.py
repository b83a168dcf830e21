from api.outlook import Outlook
from quantum.forecast import MarkovForecast


def test_the_most_likely_future_comes_first() -> None:
    forecast = MarkovForecast()
    forecast.learn(["rain", "sun", "rain", "rain", "rain", "sun"])
    assert Outlook(forecast).lines("rain") == ["rain 50 %", "sun 50 %"]
    assert Outlook(forecast).lines("snow") == []
