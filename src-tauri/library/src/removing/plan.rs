//! What goes with a model, and what stays because somebody else needs it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    found::{Keeper, Model, Place, Source},
    identity::{self, Identity},
    programs::{ollama, snapshot_files},
    removing::Sharing,
    repo::Commit,
    scan::Scan,
    small, walk,
};

/// A removal that has been thought through and not begun.
#[derive(Debug, Clone)]
pub struct Removal {
    pub(super) name: String,
    pub(super) freed_bytes: u64,
    shared_with: Vec<Sharing>,
    pub(super) small: BTreeSet<PathBuf>,
    pub(super) links: BTreeSet<PathBuf>,
    pub(super) large: Vec<Large>,
    /// Folders of repositories, which go when they are empty.
    pub(super) repo_folders: BTreeSet<PathBuf>,
}

/// A file that is set aside, not kept in the note.
#[derive(Debug, Clone)]
pub(super) struct Large {
    pub(super) path: PathBuf,
    /// Where it can be set aside: on the same volume, where its program does not look.
    pub(super) aside_in: PathBuf,
}

impl Removal {
    /// Plans to remove a model from those of its places that `goes` chooses. `scan` must be fresh: it says who else
    /// needs the files.
    pub fn plan(scan: &Scan, model: &Model, goes: impl Fn(&Place) -> bool) -> Self {
        let (going, mut staying): (Vec<&Place>, Vec<&Place>) = model.places.iter().partition(|place| goes(place));
        // The model is one of the scan's own: its going places are not among the others'.
        let others = scan.models.iter().flat_map(|other| &other.places);
        staying.extend(others.filter(|place| !model.places.contains(place)));
        let needed = Needed::of(&staying);
        let files = going.iter().flat_map(|place| needed.going_files(place)).collect();
        let manifests = going.iter().filter_map(|place| match &place.keeper {
            Keeper::Ollama { manifest, .. } => Some(manifest.clone()),
            _ => None,
        });
        let mut draft = Draft { going: Going { files, manifests: manifests.collect() }, needed, ..Draft::default() };
        for place in going {
            draft.add(place);
        }
        draft.finish(model.name.clone())
    }

    /// The same by another name, for whoever is told of it.
    #[must_use]
    pub fn called(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// Bytes that will be free on the disk.
    pub fn freed_bytes(&self) -> u64 {
        self.freed_bytes
    }

    /// Who else has the model's files.
    pub fn shared_with(&self) -> &[Sharing] {
        &self.shared_with
    }
}

/// The files that places which stay lead to.
#[derive(Default)]
struct Needed {
    models: HashMap<Identity, Vec<(Source, PathBuf)>>,
    projectors: HashMap<Identity, PathBuf>,
}

impl Needed {
    fn of(places: &[&Place]) -> Self {
        let mut needed = Self::default();
        for place in places {
            for path in &place.files {
                if let Ok(facts) = identity::facts(path) {
                    needed.models.entry(facts.identity).or_default().push((place.source.clone(), path.clone()));
                }
            }
            if let Some(path) = &place.projector
                && let Ok(facts) = identity::facts(path)
            {
                needed.projectors.insert(facts.identity, path.clone());
            }
        }
        needed
    }

    /// What goes with a place: its parts, and its projector if that serves nobody who stays.
    fn going_files(&self, place: &Place) -> Vec<PathBuf> {
        // One projector serves all builds of a repository, and goes with the last of them.
        let is_unneeded =
            |path: &&PathBuf| identity::facts(path).is_ok_and(|facts| !self.projectors.contains_key(&facts.identity));
        place.files.iter().chain(place.projector.iter().filter(is_unneeded)).cloned().collect()
    }
}

/// What goes by way of any of the places: it is no reason to keep anything.
#[derive(Default)]
struct Going {
    files: HashSet<PathBuf>,
    /// Of Ollama.
    manifests: HashSet<PathBuf>,
}

#[derive(Default)]
struct Draft {
    needed: Needed,
    going: Going,
    small: BTreeSet<PathBuf>,
    links: BTreeSet<PathBuf>,
    /// By their real path, so that two ways to one name are one.
    large: BTreeMap<PathBuf, Large>,
    shared_with: Vec<Sharing>,
    repo_folders: BTreeSet<PathBuf>,
}

impl Draft {
    fn add(&mut self, place: &Place) {
        let files = self.needed.going_files(place);
        match &place.keeper {
            Keeper::Cache { repo_folder } => self.add_of_cache(repo_folder, &files),
            Keeper::Ollama { root, manifest } => self.add_of_ollama(root, manifest),
            Keeper::Described { description, data } => {
                self.small.insert(description.clone());
                for path in &files {
                    self.add_described(path, data);
                }
            }
            Keeper::Files => {
                for path in &files {
                    self.add_file(path);
                    if matches!(place.source, Source::LlamaCpp { .. }) {
                        self.add_companions(path);
                    }
                }
            }
        }
    }

    /// A file that a description names. It may name any file there is, so only what is called a model and lies in the
    /// program's own folder goes.
    fn add_described(&mut self, path: &Path, data: &Path) {
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        let is_own = folder.zip(data.canonicalize().ok()).is_some_and(|(folder, data)| folder.starts_with(data));
        if is_own && walk::is_gguf(path) {
            self.add_file(path);
        } else if let Ok(target) = path.canonicalize() {
            self.share(Sharing::LinkTarget { path: target });
        }
    }

    /// A file that its program knows by its name alone. Of a link only the link goes.
    fn add_file(&mut self, path: &Path) {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => {
                self.links.insert(path.to_owned());
                if let Ok(target) = path.canonicalize() {
                    self.share(Sharing::LinkTarget { path: target });
                }
            }
            Ok(found) if !found.is_dir() => self.add_large(path, path.parent().unwrap_or(Path::new("."))),
            _ => {}
        }
    }

    /// What llama.cpp notes beside a file: where it came from.
    fn add_companions(&mut self, path: &Path) {
        for ending in [".json", ".etag"] {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            let companion = PathBuf::from(name);
            // A note can be kept; what is no note is none of llama.cpp's.
            if small::bytes(&companion).is_ok() {
                self.small.insert(companion);
            }
        }
    }

    fn add_of_cache(&mut self, repo_folder: &Path, files: &[PathBuf]) {
        self.repo_folders.insert(repo_folder.to_owned());
        let snapshots = snapshot_files(repo_folder);
        for path in files {
            let Ok(found) = fs::symlink_metadata(path) else { continue };
            if !found.is_symlink() {
                self.add_large(path, repo_folder);
                continue;
            }
            self.links.insert(path.clone());
            let Some(blob) = next_hop(path) else { continue };
            let Some(all) = &snapshots else {
                // Who cannot be asked may need it.
                self.share(Sharing::UnknownName { path: path.clone() });
                continue;
            };
            let is_other =
                |other: &&PathBuf| !self.going.files.contains(*other) && next_hop(other).as_ref() == Some(&blob);
            let others: Vec<&PathBuf> = all.iter().filter(is_other).collect();
            for other in &others {
                let known = self.source_of(other);
                self.shared_with.extend(known.map(|source| Sharing::Place { source, path: (*other).clone() }));
            }
            let is_own = blob.parent().is_some_and(|parent| same_folder(parent, &repo_folder.join("blobs")));
            if is_own && others.is_empty() {
                // A store shared by several caches: a blob of the repository is itself a link then.
                match fs::symlink_metadata(&blob) {
                    Ok(found) if found.is_symlink() => {
                        self.links.insert(blob);
                    }
                    Ok(_) => self.add_large(&blob, repo_folder),
                    Err(_) => {}
                }
            }
        }
        if let Some(all) = snapshots {
            self.add_references(repo_folder, &all);
        }
    }

    /// References to commits of which nothing is left.
    fn add_references(&mut self, repo_folder: &Path, all: &[PathBuf]) {
        let refs = repo_folder.join("refs");
        for path in walk::files(&refs, |_| true, &mut Vec::new()) {
            let commit: Option<Commit> = small::text(&path).and_then(|text| text.trim().parse().ok());
            let Some(commit) = commit else { continue };
            let snapshot = repo_folder.join("snapshots").join(commit.to_string());
            if !all.iter().any(|file| file.starts_with(&snapshot) && !self.going.files.contains(file)) {
                self.small.insert(path);
            }
        }
    }

    fn add_of_ollama(&mut self, root: &Path, manifest: &Path) {
        self.small.insert(manifest.to_owned());
        let blobs = ollama::blobs_of(root, manifest).unwrap_or_default();
        let Some(needed) = ollama::blobs_needed(root, |manifest| !self.going.manifests.contains(manifest)) else {
            // What cannot be read may need any of them.
            for path in blobs {
                self.share(Sharing::UnknownName { path });
            }
            return;
        };
        for blob in blobs {
            if needed.contains(&blob) {
                let known = self.source_of(&blob);
                self.shared_with.extend(known.map(|source| Sharing::Place { source, path: blob }));
            } else {
                self.add_file(&blob);
            }
        }
    }

    fn add_large(&mut self, path: &Path, aside_in: &Path) {
        if let Ok(real) = path.canonicalize() {
            let large = Large { path: path.to_owned(), aside_in: aside_in.to_owned() };
            self.large.entry(real).or_insert(large);
        }
    }

    /// Who stays and has this very path.
    fn source_of(&self, path: &Path) -> Option<Source> {
        let facts = identity::facts(path).ok()?;
        let needed = self.needed.models.get(&facts.identity)?;
        needed.iter().find(|(_, known)| known == path).or(needed.first()).map(|(source, _)| source.clone())
    }

    fn share(&mut self, sharing: Sharing) {
        if !self.shared_with.contains(&sharing) {
            self.shared_with.push(sharing);
        }
    }

    fn finish(mut self, name: String) -> Removal {
        let names_going = self.large.values().filter_map(|large| identity::facts(&large.path).ok());
        let names_going = names_going.fold(HashMap::new(), |mut counts: HashMap<Identity, u64>, facts| {
            *counts.entry(facts.identity).or_default() += 1;
            counts
        });
        let mut freed = HashMap::new();
        let mut large = Vec::new();
        for (real, one) in std::mem::take(&mut self.large) {
            let Ok(facts) = identity::facts(&one.path) else { continue };
            let users = self.needed.models.get(&facts.identity).cloned().unwrap_or_default();
            let users = users.into_iter().map(|(source, path)| (Some(source), path));
            let projector = self.needed.projectors.get(&facts.identity).cloned().map(|path| (None, path));
            let mut is_needed = false;
            for (source, path) in users.chain(projector) {
                // A further name of the file keeps its contents alive; a link to this name would lead nowhere.
                is_needed |= path.canonicalize().is_ok_and(|path| path == real);
                if let Some(source) = source {
                    self.share(Sharing::Place { source, path });
                }
            }
            if is_needed {
                continue;
            }
            if names_going.get(&facts.identity) == Some(&facts.names) {
                freed.insert(facts.identity, facts.size_bytes);
            } else if !self.needed.models.contains_key(&facts.identity) {
                self.share(Sharing::UnknownName { path: one.path.clone() });
            }
            large.push(one);
        }
        // A link whose file goes as well has not led elsewhere.
        let gone: BTreeSet<PathBuf> = large.iter().filter_map(|large| large.path.canonicalize().ok()).collect();
        let staying = |sharing: &Sharing| !matches!(sharing, Sharing::LinkTarget { path } if gone.contains(path));
        let known: BTreeSet<PathBuf> = self
            .shared_with
            .iter()
            .filter_map(|sharing| match sharing {
                Sharing::Place { path, .. } => path.canonicalize().ok(),
                _ => None,
            })
            .collect();
        // Nor is it in an unknown place if somebody known has it.
        let unknown = |sharing: &Sharing| !matches!(sharing, Sharing::LinkTarget { path } if known.contains(path));
        self.shared_with.retain(|sharing| staying(sharing) && unknown(sharing));
        let mut shared_with = Vec::new();
        for sharing in self.shared_with {
            if !shared_with.contains(&sharing) {
                shared_with.push(sharing);
            }
        }
        Removal {
            name,
            freed_bytes: freed.values().sum(),
            shared_with,
            small: self.small,
            links: self.links,
            large,
            repo_folders: self.repo_folders,
        }
    }
}

/// Where a link leads, in one step.
fn next_hop(link: &Path) -> Option<PathBuf> {
    let target = fs::read_link(link).ok()?;
    let path = link.parent()?.join(target);
    // Its folder really, its own name as it is: it may be a link again.
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

fn same_folder(left: &Path, right: &Path) -> bool {
    matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}
