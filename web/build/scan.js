import jsQR from "jsqr";

// comityScan reads a QR code out of the pixels of a picture, or gives null.
window.comityScan = (pixels) => jsQR(pixels.data, pixels.width, pixels.height);
