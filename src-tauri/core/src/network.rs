//! How the Hub is reached: what the person has set, checked and kept.

use hearth_hub::{Endpoint, Proxy};
use sqlx::SqliteConnection;
use url::Url;

use crate::{
    error::{AppError, ErrorCode, chain},
    settings,
    store::{self, StoreError},
    view::{NetworkSettings, ProxyChoice},
};

const ENDPOINT: &str = "hub_endpoint";
const PROXY: &str = "proxy";
const PROXY_ADDRESS: &str = "proxy_address";

/// What reqwest can speak to.
const PROXY_SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// The settings as they are kept.
pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<NetworkSettings, StoreError> {
    Ok(NetworkSettings {
        endpoint: store::settings::get(connection, ENDPOINT).await?,
        proxy: settings::get(connection, PROXY).await?,
        proxy_address: store::settings::get(connection, PROXY_ADDRESS).await?,
    })
}

/// Keeps them.
pub(crate) async fn save(connection: &mut SqliteConnection, chosen: &NetworkSettings) -> Result<(), StoreError> {
    store::settings::set(connection, ENDPOINT, chosen.endpoint.as_deref()).await?;
    settings::set(connection, PROXY, &chosen.proxy).await?;
    store::settings::set(connection, PROXY_ADDRESS, chosen.proxy_address.as_deref()).await
}

/// What a refusal calls the proxy's address, to tell it from the Hub's.
const PROXY_FIELD: &str = "proxy";
/// The same, where the address is one but has a name or a password in it.
const PROXY_LOGIN_FIELD: &str = "proxy_login";

/// The settings in their normal form. The address of a proxy that is not used is kept if it is one, and else left out.
///
/// # Errors
///
/// [`ErrorCode::AddressInvalid`] for an address that would be used and is none, or is one with a password in it.
pub(crate) fn check(settings: NetworkSettings) -> Result<NetworkSettings, AppError> {
    let endpoint = match filled(settings.endpoint) {
        Some(address) => Some(endpoint_of(&address)?.to_string()),
        None => None,
    };
    let address = filled(settings.proxy_address);
    let proxy_address = match (settings.proxy, address) {
        (ProxyChoice::Chosen, address) => {
            let url = proxy_of(&address.unwrap_or_default()).map_err(|error| error.called(PROXY_FIELD))?;
            if has_login(&url) {
                let refused = invalid("a name and a password are not kept in the settings, which lie in a file");
                return Err(refused.called(PROXY_LOGIN_FIELD));
            }
            Some(url)
        }
        (_, Some(address)) => proxy_of(&address).ok().filter(|url| !has_login(url)),
        (_, None) => None,
    };
    let proxy_address = proxy_address.map(|url| url.as_str().trim_end_matches('/').to_owned());
    Ok(NetworkSettings { endpoint, proxy: settings.proxy, proxy_address })
}

/// What stands between, by settings that were checked when they were kept.
pub(crate) fn proxy(settings: &NetworkSettings) -> Result<Proxy, AppError> {
    Ok(match settings.proxy {
        ProxyChoice::System => Proxy::System,
        ProxyChoice::None => Proxy::None,
        ProxyChoice::Chosen => Proxy::Url(proxy_of(settings.proxy_address.as_deref().unwrap_or_default())?),
    })
}

/// The Hub at an address.
pub(crate) fn endpoint_of(address: &str) -> Result<Endpoint, AppError> {
    address.parse().map_err(|error| invalid(chain(&error)))
}

/// `host:port` is that of an HTTP proxy, as everywhere.
fn proxy_of(address: &str) -> Result<Url, AppError> {
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&address).map_err(|error| invalid(chain(&error)))?;
    let is_plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !PROXY_SCHEMES.contains(&url.scheme()) || !url.has_host() || !is_plain {
        return Err(invalid("a proxy is http://, https:// or socks5://, a host and a port"));
    }
    Ok(url)
}

/// A secret never lies in a file of the app's own. The system keeps that of a proxy where it keeps its other secrets.
fn has_login(proxy: &Url) -> bool {
    !proxy.username().is_empty() || proxy.password().is_some()
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Without the address itself: one of a proxy may hold a password.
fn invalid(cause: impl Into<String>) -> AppError {
    AppError::new(ErrorCode::AddressInvalid, cause)
}
