//! What can be seen and used in a window.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::Value as Json;

use crate::app::Page;
use crate::role::{Name, Role};
use crate::wait::PATIENCE;

/// Elements of a kind that are shown, not hidden from screen readers, and hold a text in what may name them.
const SHOWN: &str = "
    const [root, selector, hint] = arguments;
    const squeeze = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
    const words = (element) => [
        element.textContent,
        ...['aria-label', 'title', 'placeholder', 'alt', 'value'].map((name) => element.getAttribute(name)),
        ...[...(element.labels ?? [])].map((label) => label.textContent),
        ...(element.getAttribute('aria-labelledby') ?? '').split(/\\s+/).filter(Boolean)
            .map((id) => document.getElementById(id)?.textContent),
    ].map(squeeze);
    return [...(root ?? document).querySelectorAll(selector)].filter((element) =>
        element.checkVisibility({ visibilityProperty: true })
        && element.closest('[inert], [aria-hidden=true]') === null
        && words(element).some((text) => text.includes(hint)));
";

/// Something in the window that has a role and a name.
#[derive(Debug, Clone)]
pub struct Control {
    element: Element,
    page: Arc<Page>,
}

impl Control {
    /// All with that role and name in `root`, from top to bottom.
    pub(crate) async fn all_in(
        page: &Arc<Page>,
        root: Option<&Element>,
        role: Role,
        name: Name<'_>,
    ) -> anyhow::Result<Vec<Self>> {
        let client = page.client();
        let root = root.map(serde_json::to_value).transpose()?.unwrap_or(Json::Null);
        let arguments = vec![root, role.candidates().into(), name.hint().into()];
        let Ok(found) = client.execute(SHOWN, arguments).await else {
            // The root has just been taken out of the page.
            return Ok(Vec::new());
        };
        let mut controls = Vec::new();
        for reference in found.as_array().context("a list of elements")? {
            let reference = reference
                .as_object()
                .and_then(|object| object.values().next())
                .and_then(Json::as_str)
                .context("an element")?;
            let element = Element::from_element_id(client.clone(), ElementRef::from(reference.to_owned()));
            // It may be gone again: the page goes on while it is looked at.
            let Ok(computed_role) = computed(client, &element, "role").await else { continue };
            let Ok(computed_name) = computed(client, &element, "label").await else { continue };
            if computed_role == role.computed() && name.fits(&computed_name) {
                controls.push(Self { element, page: Arc::clone(page) });
            }
        }
        Ok(controls)
    }

    /// Waits for one with that role and name inside this one.
    pub async fn find<'name>(&self, role: Role, name: impl Into<Name<'name>>) -> anyhow::Result<Self> {
        let name = name.into();
        self.page
            .wait_for(&format!("a {role:?} {name}"), PATIENCE, async || {
                Ok(self.all(role, name).await?.into_iter().next())
            })
            .await
    }

    /// All with that role and name inside this one, as it is now.
    pub async fn all<'name>(&self, role: Role, name: impl Into<Name<'name>>) -> anyhow::Result<Vec<Self>> {
        Self::all_in(&self.page, Some(&self.element), role, name.into()).await
    }

    /// Clicks it, as soon as it can be clicked.
    pub async fn click(&self) -> anyhow::Result<()> {
        self.page
            .wait_for("that it can be clicked", PATIENCE, async || {
                if !self.element.is_enabled().await? {
                    return Ok(None);
                }
                // Something may lie over it for a moment.
                Ok(self.element.click().await.ok())
            })
            .await
    }

    /// Types into it. `\n` would be lost: press Enter or Shift+Enter instead.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        self.element.send_keys(text).await.context("nothing can be typed into it")
    }

    /// The text in it, as a person sees it.
    pub async fn text(&self) -> anyhow::Result<String> {
        Ok(self.element.text().await?)
    }

    /// What it is called.
    pub async fn name(&self) -> anyhow::Result<String> {
        Ok(computed(self.page.client(), &self.element, "label").await?)
    }

    /// What was typed into it.
    pub async fn value(&self) -> anyhow::Result<String> {
        Ok(self.element.prop("value").await?.unwrap_or_default())
    }

    /// Whether it can be used.
    pub async fn is_enabled(&self) -> anyhow::Result<bool> {
        Ok(self.element.is_enabled().await?)
    }

    /// Whether the keyboard writes to it.
    pub async fn has_focus(&self) -> anyhow::Result<bool> {
        Ok(self.script("return arguments[0] === document.activeElement", Vec::new()).await? == Json::Bool(true))
    }

    /// An attribute of its element.
    pub async fn attribute(&self, name: &str) -> anyhow::Result<Option<String>> {
        Ok(self.element.attr(name).await?)
    }

    /// Runs a script whose first argument is this element.
    pub async fn script(&self, script: &str, more: Vec<Json>) -> anyhow::Result<Json> {
        let mut arguments = vec![serde_json::to_value(&self.element)?];
        arguments.extend(more);
        Ok(self.page.client().execute(script, arguments).await?)
    }

    /// Moves the mouse over it, once it is in sight: WebDriver refuses to point outside the window, where a long
    /// answer pushes its question.
    pub async fn hover(&self) -> anyhow::Result<()> {
        use fantoccini::actions::{InputSource, MouseActions, PointerAction};
        self.script("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", Vec::new()).await?;
        let actions = MouseActions::new("mouse".into()).then(PointerAction::MoveToElement {
            element: self.element.clone(),
            duration: Some(Duration::ZERO),
            x: 0.0,
            y: 0.0,
        });
        self.page.client().perform_actions(actions).await.context("the mouse cannot be moved there")
    }
}

/// Asks the webview's own accessibility tree: `role` or `label`.
async fn computed(
    client: &Client,
    element: &Element,
    what: &'static str,
) -> Result<String, fantoccini::error::CmdError> {
    let answer = client.issue_cmd(Computed { element: element.element_id().to_string(), what }).await?;
    let text = answer.as_str().unwrap_or_default();
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `Get Computed Role` and `Get Computed Label` of the WebDriver specification.
#[derive(Debug)]
struct Computed {
    element: String,
    what: &'static str,
}

impl WebDriverCompatibleCommand for Computed {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        let session = session_id.unwrap_or_default();
        base_url.join(&format!("session/{session}/element/{}/computed{}", self.element, self.what))
    }

    fn method_and_body(&self, _request_url: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::GET, None)
    }
}
