// Translates mdBook's texts with docktest-fr.js or the like, and ignores accents in the search.
(() => {
  'use strict';
  const language = window.docktestLanguage;
  if (!language) return;

  const root = document.documentElement;
  const attributes = ['title', 'aria-label', 'placeholder'];
  // Where mdBook's texts are; elsewhere, the same words are the author's.
  let places = '.docktest-skip,.theme,.tooltiptext,.searchresults-header,.blockquote-tag-title,#mdbook-help-popup';
  const words = Object.entries(language.words).map(([key, value]) => [
    RegExp(`^${key.replace(/[.()?]/g, '\\$&').replace(/{}/g, '(.*)')}$`), value.split('{}'), key,
  ]);

  function translated(text) {
    for (const [pattern, parts] of words) {
      const found = pattern.exec(text);
      if (found) return parts.reduce((all, part, index) => all + found[index] + part);
    }
    return text;
  }

  function relabel(element) {
    if (element.closest('main') && !element.closest('.buttons')) return;
    for (const name of attributes) {
      const before = element.getAttribute(name);
      // mdBook reads the label from the clicked element, which may be the icon in the button.
      const after = before === 'undefined' ? element.title : before && translated(before);
      if (after !== before) element.setAttribute(name, after);
    }
  }

  function translate(element) {
    relabel(element);
    element.querySelectorAll(`[${attributes.join('],[')}]`).forEach(relabel);
    for (const place of element.closest(places) ? [element] : element.querySelectorAll(places)) {
      const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        const before = node.data.trim();
        const after = translated(before);
        if (after !== before) node.data = node.data.replace(before, () => after);
      }
    }
  }

  const observer = new MutationObserver(records => {
    for (const { target, addedNodes } of records) {
      if (addedNodes.length) translate(target);
      else relabel(target);
      if (target.id === 'mdbook-searchresults') addedNodes.forEach(markKeyWords);
    }
  });

  function start() {
    translate(root);
    observer.observe(root, { subtree: true, childList: true, attributeFilter: attributes });
  }

  // mdBook decides by the title of a button what it does.
  document.addEventListener('click', event => {
    const button = event.target.closest('.buttons button');
    const word = button && words.find(([, parts]) => parts[0] === button.title);
    if (!word) return;
    observer.disconnect();
    button.title = word[2];
    setTimeout(start);
  }, true);

  const title = translated(document.title);
  if (title !== document.title) {
    // mdBook's not-found page, which may have mdBook's text.
    document.title = title;
    places += ',main h1,main p';
  }
  start();

  const searchbar = document.getElementById('mdbook-searchbar');
  if (!window.elasticlunr) return;
  const elision = RegExp(language.elision);
  const plural = RegExp(language.plural);
  const small = language.small.split(' ');
  const sections = [];

  function fold(text) {
    return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/œ/g, 'oe');
  }

  function plain(text) {
    return ` ${fold(text).replace(/[^\p{L}\p{N}_]+/gu, ' ').trim()} `;
  }

  function singular(word) {
    return word.replace(plural, '$1$2');
  }

  function keyWords(query) {
    const all = plain(query).split(' ').filter(Boolean);
    const key = all.filter(word => word.length > 1 && !small.includes(word));
    return (key.length ? key : all).map(singular);
  }

  // mdBook's index lacks words with accents, but has the texts.
  elasticlunr.Index.prototype.search = function (query, { bool, expand, fields }) {
    if (!sections.length) {
      for (const [ref, doc] of Object.entries(this.documentStore.docs)) {
        const texts = Object.keys(fields).map(name => [plain(doc[name]), fields[name].boost]);
        sections.push({ ref, doc, texts });
      }
    }
    const patterns = keyWords(query).map(word => [` ${word}`, RegExp(` ${word}[sx]?(?= )`, 'g')]);
    return sections.map(({ ref, doc, texts }) => {
      const scores = patterns.map(([begin, whole]) => texts.reduce((sum, [text, boost]) => {
        const begun = text.split(begin).length - 1;
        const exact = begun && (text.match(whole) || []).length;
        const weight = expand ? exact + (begun - exact) / 8 : exact;
        return sum + boost * Math.sqrt(weight / text.length);
      }, 0));
      const found = scores.filter(Boolean).length;
      const matches = bool === 'OR' || found === scores.length;
      return { ref, doc, score: matches && scores.reduce((sum, score) => sum + score, 9 * found) };
    }).filter(({ score }) => score).sort((a, b) => b.score - a.score);
  };

  // mdBook uses this to find the words in a text, which is escaped.
  elasticlunr.stemmer = word => {
    const begin = fold(word).replace(/^(?:&#?\w+;|[^\p{L}\p{N}&])+/u, '');
    return singular(begin.replace(elision, '')) || word;
  };

  // Pages mark the searched words, but not `de` or `l'`.
  function markKeyWords(item) {
    const link = item.querySelector('a');
    const marks = encodeURIComponent(keyWords(searchbar.value).join(' '));
    link.href = link.getAttribute('href').replace(/(\?highlight=)[^#]*/, `$1${marks}`);
  }

  // Repeats the search of the address, which ran before this script.
  const query = searchbar.value;
  for (const value of query ? [`${query} .`, query] : []) {
    searchbar.value = value;
    searchbar.dispatchEvent(new Event('keyup'));
  }
})();
