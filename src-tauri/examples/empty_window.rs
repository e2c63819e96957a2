//! The smallest Tauri app: one window with one blank page. It is what the app's memory is measured against.

use tauri::utils::assets::{AssetKey, AssetsIter, CspHash};
use tauri::{Assets, Wry};

/// One blank page for every address.
struct BlankPage;

impl Assets<Wry> for BlankPage {
    fn get(&self, _key: &AssetKey) -> Option<std::borrow::Cow<'_, [u8]>> {
        Some(b"<!doctype html><title>Empty</title>".into())
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(std::iter::empty())
    }

    fn csp_hashes(&self, _path: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}

fn main() -> tauri::Result<()> {
    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(BlankPage));
    context.config_mut().identifier.push_str(".empty");
    tauri::Builder::default()
        .setup(|app| {
            tauri::WebviewWindowBuilder::new(app, "main", tauri::WebviewUrl::App("index.html".into()))
                .title("Empty")
                .inner_size(1100.0, 760.0)
                .build()?;
            Ok(())
        })
        .run(context)
}
