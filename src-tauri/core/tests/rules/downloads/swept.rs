//! What downloads have left that are in no list any more.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use hearth_core::{Clock, view::DownloadState};

use super::{FILE, REPO, begin_slowly, one_model};
use crate::{
    computer::{Computer, done, download, request},
    stage::soon,
};

/// Half a file that was last written so long ago, as the test's clock has it.
fn plant(computer: &Computer, repo_folder: &str, name: &str, days_ago: u64) -> PathBuf {
    let folder = computer.cache().join(repo_folder).join("blobs");
    fs::create_dir_all(&folder).expect("made");
    let path = folder.join(name);
    fs::write(&path, "half").expect("written");
    age(computer, &path, days_ago);
    path
}

fn age(computer: &Computer, path: &Path, days_ago: u64) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(computer.stage.clock.now().into());
    let file = OpenOptions::new().write(true).open(path).expect("opened");
    file.set_modified(now - Duration::from_hours(24 * days_ago)).expect("aged");
}

async fn is_gone(path: &Path) {
    soon("the end of what nobody wants", async {
        while path.exists() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_download_owns_any_more_is_taken_away_at_the_start_and_nothing_else() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.pause_download(id).await.expect("paused");
    download(&app, id, "the pause", |one| one.state == DownloadState::Paused).await;
    let [own] = &computer.files()[..] else { panic!("{:?}", computer.files()) };
    let own = own.clone();
    app.shutdown().await;
    // By now the disk has nothing in hand any more, and the list says what it has.
    let paused = download(&app, id, "the pause", |one| one.state == DownloadState::Paused).await;
    drop(app);

    age(&computer, &own, 400);
    let name = |letter: &str, ending: &str| format!("{}{ending}", letter.repeat(64));
    let same_repo = "models--ada--tiny";
    let (lost, lost_beside) = (
        plant(&computer, "models--grace--old", &name("a", ".hearth.incomplete"), 8),
        plant(&computer, same_repo, &name("b", ".hearth.incomplete"), 400),
    );
    let kept = [
        plant(&computer, "models--grace--old", &name("c", ".hearth.incomplete"), 6),
        plant(&computer, "models--grace--old", &name("d", ".incomplete"), 400),
        plant(&computer, "models--grace--old", &name("e", ""), 400),
        plant(&computer, "datasets--grace--old", &name("f", ".hearth.incomplete"), 400),
    ];
    let written = plant(&computer, same_repo, &name("0", ".hearth.incomplete"), 400);
    let writer = File::open(&written).expect("opened");
    writer.lock().expect("another Hearth writes it");

    let (app, _engine) = computer.open().await;
    is_gone(&lost).await;
    is_gone(&lost_beside).await;
    computer.hub.limit_bytes_per_second(None);
    computer.hub.forget_requests();
    app.resume_download(id).await.expect("resumed");
    let model = done(&app, id).await;
    assert_eq!(computer.hub.asked_bytes(), bytes.len() as u64 - paused.received_bytes, "what is in the list stays");
    assert!(fs::read(model.0).expect("readable") == bytes);
    for path in kept.iter().chain([&written]) {
        assert!(path.exists(), "{} is none of this app's business", path.display());
    }
}

/// Two homes share a folder: what the other one fetches is in no list of this one.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_home_of_the_app_has_begun_lately_stays() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    begin_slowly(&computer, &app).await;
    let [partial] = &computer.files()[..] else { panic!("{:?}", computer.files()) };
    app.shutdown().await;
    drop(app);
    fs::remove_dir_all(computer.stage.home()).expect("another home");

    age(&computer, partial, 6);
    let lost = plant(&computer, "models--grace--old", &format!("{}.hearth.incomplete", "a".repeat(64)), 8);
    let (app, _engine) = computer.open().await;
    is_gone(&lost).await;
    assert!(partial.exists());
    computer.hub.limit_bytes_per_second(None);
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    done(&app, begun.id).await;
}
