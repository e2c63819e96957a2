//! A fake of the Hugging Face Hub.
