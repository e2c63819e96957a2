//! What the queue does when it is asked.

use std::{
    collections::HashSet,
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use hearth_library::Cache;

use super::{
    item::{Item, Part, State, parts},
    order::{Order, Reply},
    queue::{Queue, gone},
    room,
};
use crate::{
    error::{AppError, ErrorCode, chain},
    library::{Relocation, blocking},
    store::{
        StoreError,
        downloads::{self, Wanted, WantedFile},
        segments,
    },
    view::{Download, DownloadId, LocalModelId},
};

impl Queue {
    /// Breaks if that was the last order. Whoever no longer waits for the outcome does not want to know it.
    pub(super) async fn obey(&mut self, order: Order) -> ControlFlow<()> {
        match order {
            Order::Load(done) => {
                let loaded = self.load().await;
                self.answer(done, loaded);
            }
            Order::Add(wanted, done) => {
                let added = self.add(*wanted).await;
                self.answer(done, added);
            }
            Order::Pause(id, done) => {
                let paused = self.pause(id).await;
                self.answer(done, paused);
            }
            Order::Resume(id, done) => {
                let resumed = self.resume(id).await;
                self.answer(done, resumed);
            }
            Order::Cancel(id, done) => self.begin_cancelling(id, done).await,
            Order::Move { id, before, done } => {
                let moved = self.move_before(id, before).await;
                self.answer(done, moved);
            }
            Order::Needs(files, done) => {
                let needs = self.needs(files).await;
                self.answer(done, needs);
            }
            Order::Sweep(abandoned, done) => {
                let swept = self.sweep(abandoned).await;
                self.answer(done, swept);
            }
            Order::Hold(done) => {
                self.is_held = true;
                self.stop_all().await;
                self.answer(done, Ok(()));
            }
            Order::Release(moved, done) => {
                self.release(moved.as_ref());
                self.answer(done, Ok(()));
            }
            Order::ShutDown(done) => {
                self.is_held = true;
                self.stop_all().await;
                self.answer(done, Ok(()));
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Only when the list shows it: who is answered may look there at once.
    fn answer<T>(&mut self, done: Reply<T>, outcome: Result<T, AppError>) {
        self.settle();
        done.send(outcome).ok();
    }

    async fn add(&mut self, mut wanted: Wanted) -> Result<Download, AppError> {
        if self.is_held {
            return Err(AppError::new(ErrorCode::InUse, "the models are being moved"));
        }
        self.load().await?;
        if let Some(item) = self.items.iter().find(|item| item.brings_the_same_as(&wanted)) {
            let (id, is_done, is_stopped) = (item.id, item.is_done(), !item.is_queued());
            if !is_done {
                if is_stopped {
                    self.resume(id).await?;
                }
                return self.shown(id);
            }
            if wanted.files.iter().all(|file| file.is_whole) {
                return self.shown(id);
            }
            // It was here and is gone again.
            self.cancel(id).await?;
        }
        self.agree_on_contents(&mut wanted).await?;
        let own = parts(&wanted, |file| !file.is_whole);
        let others = self.still_missing(&wanted);
        room::require(&self.shelf, own, others).await?;
        let now = self.shelf.opening().now();
        let mut change = self.shelf.opening().store().await?.change().await?;
        let id = downloads::insert(&mut change, &wanted, now).await?;
        change.commit().await.map_err(StoreError::from)?;
        self.items.push(Item::new(id, wanted));
        self.shown(id)
    }

    /// What other downloads know of the same contents goes before what the cache has. Where it is the cache that has
    /// them, what may lie beside them, half fetched, must not get their name.
    async fn agree_on_contents(&self, wanted: &mut Wanted) -> Result<(), AppError> {
        let mut stale = Vec::new();
        for index in 0..wanted.files.len() {
            let file = &wanted.files[index];
            let others = self.items.iter().filter(|item| !item.is_done() && item.needs_contents_of(wanted, file));
            let known = others.flat_map(|item| &item.wanted.files).find(|other| other.sha256 == file.sha256);
            match known.map(|known| known.is_whole) {
                Some(is_whole) => wanted.files[index].is_whole = is_whole,
                None if file.is_whole => stale.extend(parts(wanted, |other| other.sha256 == file.sha256)),
                None => {}
            }
        }
        self.remove_partials(stale).await
    }

    async fn remove_partials(&self, parts: Vec<Part>) -> Result<(), AppError> {
        let (cache, folder) = (self.shelf.cache().await?, self.shelf.folder().await?);
        blocking(move || remove_partials(&cache, &parts, &folder)).await?
    }

    /// What all downloads that are to run still need, but for what `besides` has in common with them.
    fn still_missing(&self, besides: &Wanted) -> Vec<Part> {
        let own = parts(besides, |_| true);
        let mut missing: Vec<Part> = Vec::new();
        for part in self.items.iter().filter(|item| item.is_queued()).flat_map(Item::missing) {
            let is_same = |other: &Part| other.names.repo == part.names.repo && other.names.etag == part.names.etag;
            if !own.iter().any(is_same) && !missing.iter().any(is_same) {
                missing.push(part);
            }
        }
        missing
    }

    async fn pause(&mut self, id: DownloadId) -> Result<(), AppError> {
        self.load().await?;
        self.item(id).ok_or_else(gone)?;
        self.stop(id).await;
        // It may just have come to its end.
        if self.item(id).is_some_and(|item| item.is_queued()) {
            self.set_state(id, State::Paused).await;
        }
        Ok(())
    }

    async fn resume(&mut self, id: DownloadId) -> Result<(), AppError> {
        self.load().await?;
        let item = self.item(id).ok_or_else(gone)?;
        if !matches!(item.state, State::Paused | State::Failed(_)) {
            return Ok(());
        }
        let (own, wanted) = (item.missing(), item.wanted.clone());
        room::require(&self.shelf, own, self.still_missing(&wanted)).await?;
        self.set_state(id, State::Queued).await;
        Ok(())
    }

    /// What a disk still has in hand cannot be taken away yet; the others do not wait for that.
    async fn begin_cancelling(&mut self, id: DownloadId, done: Reply<()>) {
        if self.pause(id).await.is_ok() && self.is_releasing(id) {
            self.leaving.push((id, done));
        } else {
            let cancelled = self.cancel(id).await;
            self.answer(done, cancelled);
        }
    }

    /// A disk has answered for a file of this download.
    pub(super) async fn go_on_cancelling(&mut self, id: DownloadId) {
        if self.is_releasing(id) {
            return;
        }
        let (gone, staying) = std::mem::take(&mut self.leaving).into_iter().partition(|(leaving, _)| *leaving == id);
        self.leaving = staying;
        let gone: Vec<(DownloadId, Reply<()>)> = gone;
        for (id, done) in gone {
            // Whoever has asked for it again since wants it.
            let is_wanted = self.item(id).is_some_and(|item| item.is_queued());
            let cancelled = if is_wanted { Ok(()) } else { self.take_away(id).await };
            self.answer(done, cancelled);
        }
    }

    async fn cancel(&mut self, id: DownloadId) -> Result<(), AppError> {
        self.load().await?;
        self.item(id).ok_or_else(gone)?;
        self.stop(id).await;
        self.take_away(id).await
    }

    /// One for which nothing runs.
    async fn take_away(&mut self, id: DownloadId) -> Result<(), AppError> {
        let Some(index) = self.items.iter().position(|item| item.id == id) else { return Ok(()) };
        let item = &self.items[index];
        let others = || self.items.iter().filter(|other| other.id != id && !other.is_done());
        let is_needed = |file: &WantedFile| others().any(|other| other.needs_contents_of(&item.wanted, file));
        let own = if item.is_done() { Vec::new() } else { parts(&item.wanted, |file| !is_needed(file)) };
        // First the bytes, then what is known of them: whatever ends this in between leaves none that nobody knows of.
        if let Err(error) = self.remove_partials(own.clone()).await {
            if self.items[index].is_queued() {
                self.set_state(id, State::Paused).await;
            }
            return Err(error);
        }
        let mut change = self.shelf.opening().store().await?.change().await?;
        if !item.is_done() {
            for file in item.wanted.files.iter().filter(|file| !is_needed(file)) {
                segments::forget(&mut change, &item.wanted.repo, file.sha256).await?;
            }
        }
        downloads::remove(&mut change, id).await?;
        change.commit().await.map_err(StoreError::from)?;
        // Another download of the repository may be about to write there.
        let is_last = !others().any(|other| other.wanted.repo == item.wanted.repo);
        self.items.remove(index);
        if is_last {
            let cache = self.shelf.cache().await?;
            blocking(move || remove_empty_folders(&cache, &own)).await?;
        }
        Ok(())
    }

    async fn move_before(&mut self, id: DownloadId, before: Option<DownloadId>) -> Result<(), AppError> {
        self.load().await?;
        if before == Some(id) {
            return Ok(());
        }
        let from = self.items.iter().position(|item| item.id == id).ok_or_else(gone)?;
        if let Some(before) = before {
            self.items.iter().find(|item| item.id == before).ok_or_else(gone)?;
        }
        let item = self.items.remove(from);
        let to = self.items.iter().position(|item| Some(item.id) == before).unwrap_or(self.items.len());
        self.items.insert(to, item);
        let order: Vec<DownloadId> = self.items.iter().map(|item| item.id).collect();
        let mut change = self.shelf.opening().store().await?.change().await?;
        downloads::set_order(&mut change, &order).await?;
        Ok(change.commit().await.map_err(StoreError::from)?)
    }

    /// Files that a download counts on having, since they were there when it began.
    async fn needs(&mut self, files: HashSet<PathBuf>) -> Result<bool, AppError> {
        self.load().await?;
        let waiting = self.items.iter().filter(|item| !item.is_done());
        let counted_on: Vec<Part> = waiting.flat_map(|item| parts(&item.wanted, |file| file.is_whole)).collect();
        let cache = self.shelf.cache().await?;
        blocking(move || {
            let mut paths = counted_on.iter().flat_map(|part| {
                let Part { names, .. } = part;
                [cache.blob_path(&names.repo, &names.etag), cache.pointer_path(&names.repo, &names.commit, &names.path)]
            });
            paths.any(|path| path.canonicalize().is_ok_and(|real| files.contains(&real)))
        })
        .await
    }

    fn release(&mut self, moved: Option<&Relocation>) {
        self.is_held = false;
        let Some(moved) = moved else { return };
        for item in &mut self.items {
            if let State::Done(model) = &mut item.state
                && let Some(path) = moved.of(model.0.as_ref())
            {
                *model = LocalModelId::of(&path);
            }
            if let Some(replaced) = &mut item.wanted.replaces
                && let Some(path) = moved.of(replaced.0.as_ref())
            {
                *replaced = LocalModelId::of(&path);
            }
        }
    }
}

/// Takes partial files away.
fn remove_partials(cache: &Cache, parts: &[Part], folder: &Path) -> Result<(), AppError> {
    for Part { names, .. } in parts {
        match fs::remove_file(cache.partial_path(&names.repo, &names.etag)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(AppError::of_disk(&error, folder)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Takes the folders away that were made for downloads, if nothing is in those.
fn remove_empty_folders(cache: &Cache, parts: &[Part]) {
    for Part { names, .. } in parts {
        let folder = cache.repo_folder(&names.repo);
        for folder in [folder.join("blobs"), folder.join("snapshots"), folder] {
            if let Err(error) = fs::remove_dir(&folder) {
                tracing::debug!(cause = chain(&error), "a folder stays");
            }
        }
    }
}
