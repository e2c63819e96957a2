//! Whether a model runs on a computer, told before it is downloaded.

use std::{env, path::PathBuf, sync::Arc};

use hearth_core::{
    Config, Machine, memory_of,
    view::{Fit, FitVerdict, ModelAddress},
};
use hearth_fake_hub::{Content, Repository};
use hearth_gguf::Header;
use serde_json::json;

use crate::{
    hub_stage::{config, hub, open_with},
    stage::{Stage, TestComputer},
};

pub(crate) fn starter_model() -> PathBuf {
    let path = env::var_os("HEARTH_STARTER_MODEL").map(PathBuf::from).or_else(|| {
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(env::home_dir()?.join(".cache")))?;
        Some(cache.join("hearth/models/SmolLM2-135M-Instruct.Q4_1.gguf"))
    });
    path.filter(|path| path.is_file()).expect("the starter model: run `cargo xtask setup`")
}

/// How the only build of a repository would run.
async fn fit_of(machine: Machine, size_bytes: u64, gguf: serde_json::Value) -> Fit {
    let mut repository = Repository::new("o/n").with_lfs("n-Q4_K_M.gguf", Content::elsewhere("n", size_bytes));
    repository.gguf = Some(gguf);
    let (stage, hub) = (Stage::new(), hub(vec![repository]));
    let app = open_with(Config { hardware: Arc::new(TestComputer(machine)), ..config(&stage, &hub) }).await;
    let address = ModelAddress { repo: "o/n".to_owned(), revision: None, file: None, tag: None };
    app.model_page(address).await.expect("a page").builds[0].fit
}

#[tokio::test]
#[expect(clippy::cast_precision_loss, reason = "a comparison within percents")]
async fn what_the_hub_says_and_what_the_file_says_come_to_the_same_memory() {
    let path = starter_model();
    let size_bytes = path.metadata().expect("a file").len();
    let header = Header::read(&path).expect("a sound file");
    let by_file = memory_of(&[header]).expect("it says enough") as f64;
    let facts = json!({"total": 134_515_008, "architecture": "llama", "context_length": 8192});
    let fit = fit_of(TestComputer::of_gigabytes(8).0, size_bytes, facts).await;
    let by_hub = fit.needed_bytes.expect("known") as f64;
    assert!((by_hub / by_file - 1.0).abs() < 0.1, "{by_hub} before the download, {by_file} after it");
}

#[tokio::test]
async fn a_verdict_follows_from_what_is_needed_and_what_there_is() {
    let facts = || json!({"total": 8_000_000_000_u64, "architecture": "llama", "context_length": 131_072});
    let (size, machine) = (4_900_000_000, TestComputer::of_gigabytes(16).0);
    let fast = fit_of(machine.clone(), size, facts()).await;
    assert_eq!((fast.verdict, fast.available_bytes), (FitVerdict::Slow, Some(12 << 30)), "{fast:?}");
    let words = fast.words_per_second.expect("known");
    assert!((1.0..5.0).contains(&words), "{words} words per second where memory is read at 40 GB/s");

    let quick = Machine { bandwidth: 100e9, ..machine.clone() };
    assert_eq!(fit_of(quick, size, facts()).await.verdict, FitVerdict::Fast);
    let busy = Machine { available_bytes: 2 << 30, ..machine.clone() };
    assert_eq!(fit_of(busy, size, facts()).await.verdict, FitVerdict::Tight);
    let crowded = Machine { available_bytes: 1 << 30, ..TestComputer::of_gigabytes(4).0 };
    let small = fit_of(crowded, size, facts()).await;
    assert_eq!((small.verdict, small.words_per_second), (FitVerdict::TooLarge, None));
    assert!(small.needed_bytes > small.available_bytes, "and it says why");
    assert!(small.available_bytes > Some(2 << 30), "by all that there is: closing programs would not help");
    assert_eq!(fit_of(machine, 0, json!({})).await.verdict, FitVerdict::Unknown);
}

#[tokio::test]
async fn of_a_mixture_of_experts_only_those_that_a_token_needs_decide_the_speed() {
    let machine = TestComputer::of_gigabytes(64).0;
    let facts = |architecture: &str| json!({"total": 30_500_000_000_u64, "architecture": architecture});
    let dense = fit_of(machine.clone(), 18_600_000_000, facts("qwen3")).await;
    let mixture = fit_of(machine, 18_600_000_000, facts("qwen3moe")).await;
    assert!(mixture.words_per_second > dense.words_per_second.map(|words| words * 4.0), "{mixture:?} {dense:?}");
}
