//! Holds a catalog against the Hub: `cargo xtask catalog check`.

use std::{env, error::Error, fs, process::ExitCode};

use hearth_hub::{Catalog, Connection, ConnectionSettings, Endpoint, HubError};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("name a catalog")?;
    let catalog = Catalog::read(&fs::read_to_string(path)?)?;
    let endpoint: Endpoint = match env::var("HF_ENDPOINT") {
        Ok(address) if !address.is_empty() => address.parse()?,
        _ => Endpoint::default(),
    };
    let hub = endpoint.to_string();
    let settings = ConnectionSettings { endpoint, user_agent: "Hearth/catalog".to_owned(), ..Default::default() };
    let count: usize = catalog.families.iter().map(|family| family.sizes.len()).sum();
    match catalog.check_against(&Connection::new(settings)?).await {
        Ok(findings) if findings.is_empty() => {
            println!("All {count} models of the catalog are on {hub} as it says.");
            Ok(ExitCode::SUCCESS)
        }
        Ok(findings) => {
            let widest = |text: fn(&hearth_hub::catalog::Finding) -> &str| {
                findings.iter().map(|finding| text(finding).len()).max().unwrap_or(0)
            };
            let (entry, repo) = (widest(|finding| &finding.entry), widest(|finding| &finding.repo));
            for finding in &findings {
                println!("{:entry$}  {:repo$}  {}", finding.entry, finding.repo, finding.difference);
            }
            println!("{} differences in {count} models.", findings.len());
            Ok(ExitCode::FAILURE)
        }
        Err(HubError::Unreachable(_) | HubError::Silent | HubError::Intercepted) => {
            eprintln!("{hub} cannot be reached, so the catalog cannot be checked. Try again with a network.");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}
