//! Photographs that differ: windows of one real photograph.

use office::sample;

/// Pixels of the real photograph, three bytes each.
pub struct Photograph {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl Photograph {
    pub fn read() -> Self {
        let bytes = std::fs::read(sample::path("photos/phone-8mp-gps.jpg")).unwrap();
        let mut decoder = jpeg_decoder::Decoder::new(bytes.as_slice());
        let pixels = decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        Self { pixels, width: info.width.into(), height: info.height.into() }
    }

    /// The window with this number, as JPEG. Its longest side has so many pixels, or as many as there are.
    pub fn window(&self, number: usize, side: usize) -> Vec<u8> {
        let width = side.min(self.width);
        let height = (width * 3 / 4).min(self.height);
        let left = (number * 97) % (self.width - width + 1);
        let top = (number * 61) % (self.height - height + 1);
        let mut window = Vec::with_capacity(width * height * 3);
        for row in top..top + height {
            let from = (row * self.width + left) * 3;
            window.extend_from_slice(&self.pixels[from..from + width * 3]);
        }
        let mut jpeg = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
        let (width, height) = (u16::try_from(width).unwrap(), u16::try_from(height).unwrap());
        encoder.encode(&window, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
        jpeg
    }
}
