// comityCamera reads a QR code from the camera or from a picture, on the
// reader's own device. at names the parts of a page: the address of the scanner,
// the button and the video; taken gets the text, say a word for what went wrong.
"use strict";
const comityCamera = ({ address, button, video, taken, say }) => {
  let scanning, camera;
  const scanner = () => {
    scanning ||= new Promise((good, bad) => {
      document.head.append(Object.assign(document.createElement("script"), { src: address, onload: good, onerror: bad }));
    });
    return scanning;
  };

  const most = 2000; // pixels a side: enough for the largest code, little enough for a phone
  function codeIn(picture, width, height) {
    const scale = Math.min(1, most / Math.max(width, height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(width * scale), height: Math.round(height * scale) });
    const draw = canvas.getContext("2d", { willReadFrequently: true });
    draw.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const code = comityScan(draw.getImageData(0, 0, canvas.width, canvas.height));
    return code && code.data;
  }

  async function picture(file) {
    try {
      await scanner();
      const drawn = await createImageBitmap(file);
      const text = codeIn(drawn, drawn.width, drawn.height);
      if (text) return taken(text);
    } catch (fault) { console.error(fault); }
    say("unread");
  }

  const close = () => {
    if (camera) camera.getTracks().forEach((track) => track.stop());
    camera = undefined;
    video.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  if (button) button.addEventListener("click", async () => {
    if (camera) return close();
    try {
      await scanner();
      camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1920 } } });
    } catch (fault) {
      console.error(fault);
      return say("noCamera");
    }
    video.srcObject = camera;
    video.hidden = false;
    button.setAttribute("aria-expanded", "true");
    await video.play();
    const look = () => {
      if (!camera) return;
      const text = video.videoWidth && codeIn(video, video.videoWidth, video.videoHeight);
      if (!text) return setTimeout(look, 200);
      close();
      taken(text);
    };
    look();
  });
  return { scanner, picture };
};
