"""The forecast as a service."""

from __future__ import annotations

from quantum.forecast import MarkovForecast

__all__ = ["Outlook"]

SHOWN = 3


class Outlook:
    """The few most likely futures, ready to be shown."""

    def __init__(self, forecast: MarkovForecast) -> None:
        self._forecast = forecast

    def lines(self, state: str) -> list[str]:
        """Lines such as `rain 40 %`, the most likely first."""
        likely = sorted(self._forecast.after(state).items(), key=lambda item: (-item[1], str(item[0])))
        return [f"{name} {share:.0%}".replace("%", " %") for name, share in likely[:SHOWN]]
