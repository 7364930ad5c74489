// Which of the two languages the page speaks. One at a time; Chinese until somebody chooses.

const KEY = "lobbypay-desk-language";
let words = {};
let language = localStorage.getItem(KEY) === "en" ? "en" : "zh";

export const chosen = () => language;
export const said = (text) => text[language];
export const word = (name) => (words[name] ? words[name][language] : "");

export function useWords(given) {
  words = given;
  tellAll();
}

export function choose(other) {
  language = other;
  localStorage.setItem(KEY, other);
  tellAll();
}

export const toggled = () => (language === "zh" ? "en" : "zh");

function tellAll() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `LobbyPay ${word("title")}`;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
}
