//! Controls as a person, or a screen reader, tells them apart.

use std::fmt;

/// What a control is, in the words of WAI-ARIA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of WAI-ARIA")]
pub enum Role {
    Alert,
    Article,
    Button,
    Dialog,
    AlertDialog,
    Heading,
    Link,
    List,
    ListItem,
    Log,
    Main,
    Menu,
    MenuItem,
    Navigation,
    ProgressBar,
    Radio,
    Region,
    Status,
    Tab,
    Table,
    TextBox,
}

impl Role {
    /// As the webview computes it.
    pub(crate) fn computed(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Article => "article",
            Self::Button => "button",
            Self::Dialog => "dialog",
            Self::AlertDialog => "alertdialog",
            Self::Heading => "heading",
            Self::Link => "link",
            Self::List => "list",
            Self::ListItem => "listitem",
            Self::Log => "log",
            Self::Main => "main",
            Self::Menu => "menu",
            Self::MenuItem => "menuitem",
            Self::Navigation => "navigation",
            Self::ProgressBar => "progressbar",
            Self::Radio => "radio",
            Self::Region => "region",
            Self::Status => "status",
            Self::Tab => "tab",
            Self::Table => "table",
            Self::TextBox => "textbox",
        }
    }

    /// Elements that may have the role; the webview has the last word.
    pub(crate) fn candidates(self) -> &'static str {
        match self {
            Self::Alert => "[role=alert]",
            Self::Article => "article, [role=article]",
            Self::Button => "button, [role=button], summary",
            Self::Dialog => "dialog, [role=dialog]",
            Self::AlertDialog => "[role=alertdialog]",
            Self::Heading => "h1, h2, h3, h4, h5, h6, [role=heading]",
            Self::Link => "a[href], [role=link]",
            Self::List => "ul, ol, [role=list]",
            Self::ListItem => "li, [role=listitem]",
            Self::Log => "[role=log]",
            Self::Main => "main, [role=main]",
            Self::Menu => "[role=menu]",
            Self::MenuItem => "[role=menuitem]",
            Self::Navigation => "nav, [role=navigation]",
            Self::ProgressBar => "progress, [role=progressbar]",
            Self::Radio => "input[type=radio], [role=radio]",
            Self::Region => "section, [role=region]",
            Self::Status => "output, [role=status]",
            Self::Tab => "[role=tab]",
            Self::Table => "table, [role=table]",
            Self::TextBox => "textarea, input:not([type]), input[type=text], input[type=search], [role=textbox]",
        }
    }
}

/// What a control is called, in the words a person reads or hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'text> {
    /// Exactly this.
    Is(&'text str),
    /// This and more, in any place.
    Has(&'text str),
    /// The only one of its role, whatever it is called.
    Any,
}

impl Name<'_> {
    pub(crate) fn fits(self, name: &str) -> bool {
        match self {
            Self::Is(whole) => name == whole,
            Self::Has(part) => name.contains(part),
            Self::Any => true,
        }
    }

    /// What an element with that name holds somewhere in its text or attributes: enough to pass over most others.
    pub(crate) fn hint(&self) -> &str {
        match self {
            Self::Is(text) | Self::Has(text) => text,
            Self::Any => "",
        }
    }
}

impl<'text> From<&'text str> for Name<'text> {
    fn from(whole: &'text str) -> Self {
        Self::Is(whole)
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(whole) => write!(formatter, "\u{201c}{whole}\u{201d}"),
            Self::Has(part) => write!(formatter, "with \u{201c}{part}\u{201d}"),
            Self::Any => write!(formatter, "of any name"),
        }
    }
}
