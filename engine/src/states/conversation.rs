//! The name of a conversation's folder.

/// Lowercase letters, digits and `-`: a name, never a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConversationName(String);

impl ConversationName {
    const MOST_BYTES: usize = 100;

    /// `None` when it is not such a name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let fits = (1..=Self::MOST_BYTES).contains(&name.len());
        let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (fits && letters).then(|| Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for name in ["", ".", "..", "a/b", "a\\b", "C:", "Ä", "A", "a b", "a.b", &"a".repeat(101)] {
            assert_eq!(ConversationName::parse(name), None, "{name:?}");
        }
        assert!(ConversationName::parse("conversation-17").is_some());
    }
}
