//! A repository's files as what can be chosen: one item for each build, however many files it has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    FileName, Quant, RemoteFile,
    choice::{self, Choice},
    label,
    split::Part,
};

/// The builds of a model that a repository holds, from the smallest to the largest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Builds {
    /// All of them, also those that cannot be used.
    pub all: Vec<Build>,
    /// Files that a build needs to see pictures, the most useful first.
    pub projectors: Vec<RemoteFile>,
}

/// One build: what is downloaded and used as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// What tells it from the others: its quantization, or what its name has that theirs have not.
    pub label: String,
    /// How its numbers are stored, where the name says so in a known way.
    pub quant: Option<Quant>,
    /// Its files, in order. The first is the one that is opened.
    pub files: Vec<RemoteFile>,
    /// Whether all its files are there.
    pub parts: Parts,
    /// The projector that comes along by default. It is in [`Builds::projectors`], too.
    pub projector: Option<RemoteFile>,
    /// What it is recommended as.
    pub choice: Option<Choice>,
}

/// Whether a build is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parts {
    /// All files are there.
    All,
    /// The repository lacks some of them: it is being uploaded, or was forgotten.
    Missing {
        /// How many there should be.
        total: u32,
    },
}

impl Build {
    /// Size of all its files without the projector; nothing if the Hub left a size out.
    pub fn size_bytes(&self) -> Option<u64> {
        self.files.iter().try_fold(0_u64, |sum, file| sum.checked_add(file.size_bytes?))
    }

    /// Whether it can be downloaded and used.
    pub fn is_whole(&self) -> bool {
        self.parts == Parts::All
    }
}

impl Builds {
    /// Sorts out a repository's files.
    pub fn of(files: &[RemoteFile]) -> Self {
        let mut projectors = Vec::new();
        let mut sets: BTreeMap<(String, u32), Vec<(u32, &RemoteFile)>> = BTreeMap::new();
        for file in files {
            match Role::of(file) {
                Role::Projector if projectors.len() < MAX_PROJECTORS => projectors.push(file.clone()),
                Role::Model => {
                    let (base, number, total) = set_of(&file.name);
                    sets.entry((base, total)).or_default().push((number, file));
                }
                Role::Projector | Role::Other => {}
            }
        }
        projectors.sort_by_cached_key(by_usefulness);
        let mut all: Vec<Build> =
            sets.into_iter().map(|((_, total), parts)| build(parts, total, &projectors)).collect();
        label::tell_apart(&mut all);
        all.sort_by(|a, b| (a.size_bytes(), &a.quant, &a.label).cmp(&(b.size_bytes(), &b.quant, &b.label)));
        choice::choose(&mut all);
        Self { all, projectors }
    }

    /// The recommended build of that kind.
    pub fn chosen(&self, choice: Choice) -> Option<&Build> {
        self.all.iter().find(|build| build.choice == Some(choice))
    }

    /// The build that somebody asks for by a few letters, as in `owner/name:Q4_K_M`.
    ///
    /// The label as it is, else the quantization whatever its publisher puts before it, else the balanced or smallest
    /// one that begins so (`q4`).
    pub fn named(&self, tag: &str) -> Option<&Build> {
        let is = |text: &str| text.eq_ignore_ascii_case(tag);
        let begins = |text: &str| text.get(..tag.len()).is_some_and(is);
        let code = |build: &Build, matches: &dyn Fn(&str) -> bool| {
            build.quant.as_ref().is_some_and(|quant| matches(quant.code()))
        };
        let whole = || self.all.iter().filter(|build| build.is_whole());
        let beginning = || whole().filter(|build| begins(&build.label) || code(build, &begins));
        whole()
            .find(|build| is(&build.label))
            .or_else(|| whole().find(|build| code(build, &is)))
            .or_else(|| beginning().find(|build| build.choice == Some(Choice::Balanced)))
            .or_else(|| beginning().next())
    }

    /// The build that a file belongs to.
    pub fn with_file(&self, name: &FileName) -> Option<&Build> {
        self.all.iter().find(|build| build.files.iter().any(|file| file.name == *name))
    }
}

/// No model has more. Each build looks at all of them, and a repository is made by a stranger.
const MAX_PROJECTORS: usize = 64;

/// Importance matrices of the largest models take half a gigabyte.
const MAX_STATISTICS_BYTES: u64 = 2_000_000_000;

/// What a file in a repository is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Model,
    Projector,
    /// Statistics for quantizing, parts for speech, all that is not GGUF.
    Other,
}

impl Role {
    fn of(file: &RemoteFile) -> Self {
        let name = &file.name;
        let Some(stem) = stem(name.last()) else { return Self::Other };
        let stem = stem.to_ascii_lowercase();
        let has_word = |wanted: &str| stem.split(['-', '.', '_', ' ']).any(|word| word == wanted);
        if has_word("mmproj") {
            return Self::Projector;
        }
        // Some call a model so that was made with one.
        let is_statistics = (stem.starts_with("imatrix") || stem.ends_with("imatrix"))
            && file.size_bytes.is_none_or(|size| size < MAX_STATISTICS_BYTES);
        // The parts of models that hear and speak, each in a folder of its own. A model may have "vision" in its name.
        let is_part_of_speech = name.folder().is_some_and(|folder| {
            folder
                .split('/')
                .any(|folder| matches!(folder, "audio" | "tts" | "vision") || folder.starts_with("token2wav"))
        });
        if is_statistics || is_part_of_speech || has_word("projector") { Self::Other } else { Self::Model }
    }
}

/// A GGUF file's name without its extension.
pub(crate) fn stem(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(_, extension)| extension.eq_ignore_ascii_case("gguf")).map(|(stem, _)| stem)
}

/// What the parts of one build have in common, which part it is, and how many there are.
fn set_of(name: &FileName) -> (String, u32, u32) {
    let path = stem(name.as_str()).unwrap_or(name.as_str());
    match Part::of_stem(path) {
        Some(part) => (part.base.to_owned(), part.number.get(), part.total.get()),
        None => (path.to_owned(), 1, 1),
    }
}

fn build(mut parts: Vec<(u32, &RemoteFile)>, total: u32, projectors: &[RemoteFile]) -> Build {
    parts.sort_by_key(|(number, _)| *number);
    // Two files with the same number differ in their extension's case only, and neither is known to be the right one.
    parts.dedup_by_key(|(number, _)| *number);
    let is_whole = u32::try_from(parts.len()) == Ok(total);
    let files: Vec<RemoteFile> = parts.into_iter().map(|(_, file)| file.clone()).collect();
    let (base, _, _) = set_of(&files[0].name);
    Build {
        label: String::new(),
        quant: Quant::of_path(&base),
        projector: projector_for(&files[0].name, projectors).cloned(),
        files,
        parts: if is_whole { Parts::All } else { Parts::Missing { total } },
        choice: None,
    }
}

/// The projector of the nearest folder, and of those the first.
fn projector_for<'files>(model: &FileName, projectors: &'files [RemoteFile]) -> Option<&'files RemoteFile> {
    let own: Vec<&str> = model.folder().unwrap_or_default().split('/').collect();
    projectors.iter().min_by_key(|projector| {
        let others = projector.name.folder().unwrap_or_default().split('/');
        let common_folders = own.iter().copied().zip(others).take_while(|(one, other)| one == other).count();
        usize::MAX - common_folders
    })
}

/// F16 comes first: half the size of F32, and computed with by every device, which BF16 and finer quantizations are not.
fn by_usefulness(projector: &RemoteFile) -> (u8, Option<u64>, FileName) {
    let storage = match Quant::of_path(projector.name.last()).as_ref().map(Quant::code) {
        Some("F16") => 0,
        Some("BF16") => 1,
        Some("Q8_0") => 2,
        None => 3,
        Some("F32") => 5,
        Some(_) => 4,
    };
    (storage, projector.size_bytes, projector.name.clone())
}
