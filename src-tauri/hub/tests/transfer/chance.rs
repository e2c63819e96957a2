//! Many things go wrong, as chance will have it. `HEARTH_SOAK_COUNT` runs with seeds from `HEARTH_SOAK_SEED` on; a few when
//! they are not set.

use std::time::Duration;

use hearth_hub::transfer::TransferError;

use crate::stage::Stage;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_download_is_complete_once_the_faults_stop_and_none_is_corrupt() {
    let (first, count) = (setting("HEARTH_SOAK_SEED", 1), setting("HEARTH_SOAK_COUNT", 4));
    for seed in first..first + count {
        let stage = Stage::new();
        stage.hub.faults().random(seed, 0.25);
        // Ended in the middle of it, as the app may be, or by a reply that means the end.
        let ended = tokio::time::timeout(Duration::from_millis(300 + seed % 7 * 300), stage.fetch()).await;
        match ended {
            Ok(Ok(())) => stage.assert_whole(),
            Ok(Err(
                TransferError::Refused(_)
                | TransferError::Unusable(_)
                | TransferError::Changed
                | TransferError::Corrupt,
            ))
            | Err(_) => {}
            Ok(Err(error)) => panic!("seed {seed}: {error:?}"),
        }
        stage.hub.faults().stop();
        stage.fetch().await.unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        stage.assert_whole();
    }
}
