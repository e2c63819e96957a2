//! A PNG of what a virtual display shows, made from the X window dump that Xvfb keeps. No package is needed for it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

/// Pixels, row by row, three bytes each: red, green, blue.
#[derive(PartialEq)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// Places of the fields in the dump's header, counted in 32-bit words (X11/XWDFile.h).
mod header {
    pub(super) const HEADER_BYTES: usize = 0;
    pub(super) const VERSION: usize = 1;
    pub(super) const FORMAT: usize = 2;
    pub(super) const WIDTH: usize = 4;
    pub(super) const HEIGHT: usize = 5;
    pub(super) const BYTE_ORDER: usize = 7;
    pub(super) const BITS_PER_PIXEL: usize = 11;
    pub(super) const BYTES_PER_LINE: usize = 12;
    pub(super) const COLOURS: usize = 19;

    /// One colour of the table between header and pixels.
    pub(super) const COLOUR_BYTES: usize = 12;
    pub(super) const VERSION_7: usize = 7;
    pub(super) const Z_PIXMAP: usize = 2;
    pub(super) const LITTLE_ENDIAN: usize = 0;
}

impl Picture {
    /// Reads an X window dump of a 24-bit screen. Its header is big-endian, its pixels are as the header says.
    pub(crate) fn of_dump(path: &Path) -> Result<Self> {
        let dump = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&dump).with_context(|| format!("{} is not the window dump it should be", path.display()))
    }

    fn parse(dump: &[u8]) -> Result<Self> {
        let word = |place: usize| -> Result<usize> {
            let bytes = dump.get(place * 4..place * 4 + 4).context("it ends inside its header")?;
            Ok(u32::from_be_bytes(bytes.try_into()?) as usize)
        };
        ensure!(word(header::VERSION)? == header::VERSION_7, "another version of the format");
        ensure!(
            word(header::FORMAT)? == header::Z_PIXMAP && word(header::BITS_PER_PIXEL)? == 32,
            "not 32 bits a pixel"
        );
        ensure!(word(header::BYTE_ORDER)? == header::LITTLE_ENDIAN, "its pixels are not little-endian");
        let (width, height, line) = (word(header::WIDTH)?, word(header::HEIGHT)?, word(header::BYTES_PER_LINE)?);
        let pixels = dump
            .get(word(header::HEADER_BYTES)? + word(header::COLOURS)? * header::COLOUR_BYTES..)
            .context("it has no pixels")?;
        ensure!(line >= width * 4 && pixels.len() >= line * height, "it has too few pixels");
        let mut rgb = Vec::with_capacity(width * height * 3);
        for row in pixels.chunks_exact(line).take(height) {
            for pixel in row[..width * 4].chunks_exact(4) {
                rgb.extend([pixel[2], pixel[1], pixel[0]]);
            }
        }
        Ok(Self { width, height, rgb })
    }

    /// Whether there is more to see than an empty window: text has many shades.
    pub(crate) fn shows_something(&self) -> bool {
        const SHADES_OF_TEXT: usize = 24;
        let mut shades = BTreeSet::new();
        let mut last: &[u8] = &[];
        self.rgb.chunks_exact(3).any(|pixel| {
            // Most of a page is one colour.
            if pixel != last {
                shades.insert(pixel);
                last = pixel;
            }
            shades.len() >= SHADES_OF_TEXT
        })
    }

    /// Without the black that surrounds a window where no desktop is.
    pub(crate) fn cropped_to_window(self) -> Self {
        let lit = |x: usize, y: usize| self.rgb[(y * self.width + x) * 3..][..3] != [0, 0, 0];
        let rows: Vec<usize> = (0..self.height).filter(|&y| (0..self.width).any(|x| lit(x, y))).collect();
        let columns: Vec<usize> = (0..self.width).filter(|&x| (0..self.height).any(|y| lit(x, y))).collect();
        let (Some(&top), Some(&bottom), Some(&left), Some(&right)) =
            (rows.first(), rows.last(), columns.first(), columns.last())
        else {
            return self;
        };
        let (width, height) = (right - left + 1, bottom - top + 1);
        let rgb = (top..=bottom)
            .flat_map(|y| &self.rgb[(y * self.width + left) * 3..(y * self.width + left + width) * 3])
            .copied()
            .collect();
        Self { width, height, rgb }
    }

    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let (Ok(width), Ok(height)) = (u32::try_from(self.width), u32::try_from(self.height)) else {
            bail!("a picture of {} by {} is too large", self.width, self.height);
        };
        let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish().with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dump of two by two pixels with one word of padding a line, one colour in the table and a name of four bytes.
    fn dump(pixels: [[u32; 3]; 2]) -> Vec<u8> {
        let mut words = [0_u32; 25];
        words[header::HEADER_BYTES] = 104;
        words[header::VERSION] = 7;
        words[header::FORMAT] = 2;
        words[header::WIDTH] = 2;
        words[header::HEIGHT] = 2;
        words[header::BITS_PER_PIXEL] = 32;
        words[header::BYTES_PER_LINE] = 12;
        words[header::COLOURS] = 1;
        let mut dump: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        dump.extend(b"Xvfb");
        dump.extend([0; 12]);
        dump.extend(pixels.iter().flatten().flat_map(|pixel| pixel.to_le_bytes()));
        dump
    }

    #[test]
    fn pixels_are_found_behind_the_colour_table_and_without_padding() {
        let picture = Picture::parse(&dump([[0x01_02_03, 0x04_05_06, 9], [0x07_08_09, 0x0a_0b_0c, 9]])).unwrap();
        assert_eq!(picture.rgb, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "red, green, blue, row by row");
    }

    #[test]
    fn a_dump_that_ends_early_is_refused() {
        let whole = dump([[1, 2, 0], [3, 4, 0]]);
        for length in [0, 50, 110, whole.len() - 1] {
            assert!(Picture::parse(&whole[..length]).is_err(), "{length} bytes are not enough");
        }
    }

    #[test]
    fn the_black_around_a_window_is_cut_away() {
        let picture = Picture::parse(&dump([[0, 0, 0], [0, 0x01_02_03, 0]])).unwrap().cropped_to_window();
        assert_eq!((picture.width, picture.height, picture.rgb), (1, 1, vec![1, 2, 3]));
    }

    #[test]
    fn a_plain_surface_does_not_count_as_a_page() {
        let picture = Picture::parse(&dump([[5, 5, 0], [5, 6, 0]])).unwrap();
        assert!(!picture.shows_something(), "two shades are not text");
    }
}
