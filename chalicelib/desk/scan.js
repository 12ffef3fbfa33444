// Reads a card's QR code with the camera, where the browser can: the button is hidden everywhere else.
"use strict";
(async () => {
  const form = document.querySelector("form[data-scan]"), button = form.querySelector("[data-camera]");
  const video = form.querySelector("video"), fault = form.querySelector("[data-fault]"), words = button.textContent;
  const formats = (await window.BarcodeDetector?.getSupportedFormats()) ?? [];
  if (!formats.includes("qr_code") || !navigator.mediaDevices) return;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;

  const stop = () => {
    stream?.getTracks().forEach(track => track.stop());
    stream = video.srcObject = null;
    video.hidden = true;
    button.textContent = words;
  };
  const look = async own => {
    if (stream !== own) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (stream !== own) return;
    if (!found) return void setTimeout(look, 150, own);
    stop();
    form.elements.typed.value = found.rawValue;
    form.requestSubmit();
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    if (stream) return stop();
    fault.textContent = "";
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      fault.textContent = form.dataset.refused;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    button.textContent = form.dataset.stop;
    await video.play();
    look(stream);
  });
  addEventListener("pagehide", stop);
})();
