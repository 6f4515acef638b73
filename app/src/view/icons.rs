//! The icons' images, embedded in the program.

use crate::{menu, platform};
use tray_icon::Icon;

/// The image of an icon, at the resolution of today's screens: the system scales it down for lower ones. On a Mac
/// tray-icon draws it 22 points high, as high as the menu bar, of which the shape takes 16: its 44 pixels are 2×.
pub(super) fn load(icon: menu::Icon) -> Icon {
    let png: &[u8] = match icon {
        menu::Icon::Idle => include_bytes!("../../icons/idle@2x.png"),
        menu::Icon::Live => include_bytes!("../../icons/live@2x.png"),
        menu::Icon::Attention => include_bytes!("../../icons/attention@2x.png"),
    };
    let (mut rgba, width, height) =
        decode(png).expect("the images are part of the program and a test reads them");
    if let Some(color) = platform::icon_color(icon) {
        for pixel in rgba.as_chunks_mut::<4>().0 {
            pixel[..3].copy_from_slice(&color);
        }
    }
    Icon::from_rgba(rgba, width, height).expect("the decoder gives four bytes for each pixel")
}

/// Decodes to four bytes per pixel, and the width and height in pixels.
fn decode(png: &[u8]) -> Result<(Vec<u8>, u32, u32), png::DecodingError> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::ALPHA | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    let mut rgba = vec![0; reader.output_buffer_size().unwrap_or_default()];
    reader.next_frame(&mut rgba)?;
    Ok((rgba, width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_images_are_black_shapes_that_differ() {
        let images = ["idle", "live", "attention"].map(|name| {
            let file = |scale: &str| format!("{}/icons/{name}{scale}.png", env!("CARGO_MANIFEST_DIR"));
            let (_, width, height) = decode(&std::fs::read(file("")).unwrap()).unwrap();
            assert_eq!((width, height), (22, 22), "{name}");
            let (rgba, width, height) = decode(&std::fs::read(file("@2x")).unwrap()).unwrap();
            assert_eq!((width, height, rgba.len()), (44, 44, 44 * 44 * 4), "{name}");
            let pixels = rgba.as_chunks::<4>().0;
            assert!(pixels.iter().all(|pixel| pixel[..3] == [0, 0, 0]), "{name} is a template: alpha only");
            assert!(pixels.iter().any(|pixel| pixel[3] == 255) && pixels.iter().any(|pixel| pixel[3] == 0));
            rgba
        });
        assert!(images[0] != images[1] && images[1] != images[2] && images[0] != images[2]);
        for icon in [menu::Icon::Idle, menu::Icon::Live, menu::Icon::Attention] {
            drop(load(icon));
        }
    }
}
