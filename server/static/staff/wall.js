// Keeps the screen on the wall true by itself: asks again and again, shows one turn after the other, and says
// in large letters when it has lost the server or its sign-in. Nobody is there to press reload.
document.addEventListener("DOMContentLoaded", () => {
  const EVERY_MS = 10000, ANEW_MS = 6 * 3600 * 1000;
  const picture = document.getElementById("picture");
  const lost = document.getElementById("lost");
  const since = document.getElementById("lost-since");
  const signedOut = document.getElementById("signed-out");
  const began = Date.now();
  let turn = 0, heard = new Date();
  const language = document.documentElement.lang;
  const hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
  const ago = new Intl.RelativeTimeFormat(language, { style: "long", numeric: "always" });
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

  const tell = () => {
    const clock = document.getElementById("clock");
    if (clock) clock.textContent = hours.format(new Date());
    for (const time of picture.querySelectorAll("time[data-ago]")) {
      const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
      const [unit, size] = UNITS.find(([, size]) => seconds >= size) || UNITS[2];
      time.textContent = ago.format(-Math.max(0, Math.floor(seconds / size)), unit);
    }
  };

  const away = () => {
    document.body.classList.add("stale");
    since.textContent = hours.format(heard);
    lost.hidden = false;
    signedOut.hidden = true;
  };

  const ask = async () => {
    try {
      const query = new URLSearchParams(location.search);
      query.set("turn", turn + 1);
      const answer = await fetch(`${picture.dataset.live}?${query}`, {
        headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15000), cache: "no-store",
      });
      if (answer.headers.get("HX-Redirect")) {
        signedOut.hidden = false;
        lost.hidden = true;
        document.body.classList.add("stale");
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (Date.now() - began > ANEW_MS) { location.reload(); return; }
      picture.innerHTML = html;
      turn += 1;
      heard = new Date();
      lost.hidden = signedOut.hidden = true;
      document.body.classList.remove("stale");
      tell();
    } catch {
      away();
    }
  };

  const awake = async () => {
    try { await navigator.wakeLock?.request("screen"); } catch { /* the browser decides */ }
  };

  const again = async () => { await ask(); setTimeout(again, EVERY_MS); };
  tell();
  setInterval(tell, 1000);
  setTimeout(again, EVERY_MS);
  awake();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });
});
