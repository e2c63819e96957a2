//! The fake Hub as a program: for a benchmark, or to try Hearth or another client by hand.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::Parser;
use hearth_fake_hub::{Account, Config, Content, FakeHub, Gate, Repository, checkpoint_folder, gguf_file, listing};

/// A Hub on this machine that serves real and made-up models.
#[derive(Parser)]
struct Options {
    /// Where to listen; 0 is any port that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// A list of repositories that can be found, not downloaded.
    #[arg(long)]
    listing: Option<PathBuf>,
    /// A GGUF file or a checkpoint's folder to serve, as `OWNER/NAME=PATH` or only the path.
    #[arg(long)]
    model: Vec<String>,
    /// A large file of noise to serve, as `OWNER/NAME=MEGABYTES`.
    #[arg(long)]
    noise: Vec<String>,
    /// What each connection may send, in bytes per second.
    #[arg(long)]
    limit: Option<u64>,
    /// Somebody who can sign in, as `NAME=TOKEN`.
    #[arg(long)]
    account: Vec<String>,
    /// A repository that only those may download who have been let in.
    #[arg(long)]
    gated: Vec<String>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut repositories = Vec::new();
    if let Some(path) = &options.listing {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        repositories.extend(listing(&text)?);
    }
    for model in &options.model {
        repositories.push(serve_model(model)?);
    }
    for noise in &options.noise {
        let (id, megabytes) = noise.split_once('=').context("--noise wants OWNER/NAME=MEGABYTES")?;
        let size_bytes = megabytes.parse::<usize>().context("not a number of megabytes")? * 1_000_000;
        repositories.push(Repository::new(id).with_lfs("noise.bin", Content::noise(1, size_bytes)));
    }
    for repository in &mut repositories {
        if options.gated.contains(&repository.id) {
            repository.gate = Gate::Manual;
        }
    }
    let accounts = options.account.iter().map(|account| {
        let (name, token) = account.split_once('=').context("--account wants NAME=TOKEN")?;
        Ok(Account { name: name.to_owned(), token: token.to_owned() })
    });
    let accounts = accounts.collect::<Result<Vec<_>>>()?;
    let hub = FakeHub::start(Config { accounts, port: options.port, ..Config::serving(repositories) })
        .context("cannot listen")?;
    hub.limit_bytes_per_second(options.limit);
    println!("{}", hub.endpoint());
    // Until somebody stops the program.
    loop {
        std::thread::park();
    }
}

fn serve_model(model: &str) -> Result<Repository> {
    let (id, path) = model.split_once('=').map_or((None, model), |(id, path)| (Some(id.to_owned()), path));
    let path = PathBuf::from(path);
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = id.unwrap_or_else(|| format!("local/{name}"));
    let served = if path.is_dir() { checkpoint_folder(&id, &path) } else { gguf_file(&id, &path) };
    served.with_context(|| format!("cannot serve {}", path.display()))
}
