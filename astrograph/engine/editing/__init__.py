"""Writing what people write: authored fields, and CODEOWNERS given back."""
