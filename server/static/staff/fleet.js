// Keeps the page up to date: asks every few seconds, tells what it shows, and is sent only what changed.
// Says so when it cannot: an old page must never look like a quiet lobby.
document.addEventListener("DOMContentLoaded", () => {
  const EVERY_MS = 5000;
  const banner = document.getElementById("not-live");
  const live = document.getElementById("live");
  const stale = (is) => { banner.hidden = !is; document.body.classList.toggle("stale", is); };
  const shown = () => [...live.querySelectorAll("[data-block]")]
    .map((block) => `${block.dataset.block}=${block.dataset.digest}`).join(",");
  const ago = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "long", numeric: "auto" });
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

  const tellAges = () => {
    for (const time of live.querySelectorAll("time[datetime]")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      const [unit, size] = UNITS.find(([, size]) => -seconds >= size) || UNITS[2];
      time.title = time.title || time.textContent;
      time.textContent = ago.format(Math.min(0, Math.ceil(seconds / size)), unit);
    }
  };

  const put = (html) => {
    const parts = new DOMParser().parseFromString(html, "text/html").body.children;
    for (const part of [...parts]) {
      const old = live.querySelector(`[data-block="${CSS.escape(part.dataset.block)}"]`);
      if (old) old.replaceWith(part);
    }
  };

  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(live.dataset.live + location.search, {
        headers: { "HX-Request": "true", "X-Seen": shown() },
        signal: AbortSignal.timeout(15000),
      });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) { location.assign(elsewhere); return; }
      if (!answer.ok) throw new Error(answer.status);
      if (answer.status !== 204) put(await answer.text());
      stale(false);
      tellAges();
    } catch {
      stale(true);
    }
  };

  tellAges();
  const again = async () => { await ask(); setTimeout(again, EVERY_MS); };
  setTimeout(again, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
});
