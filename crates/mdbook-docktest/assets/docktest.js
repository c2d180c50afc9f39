// Plays streams and sessions back, unfolds long output for print, and makes mdBook's own parts of a page
// usable by keyboard and screen reader. Everything is readable without this script.
(() => {
    'use strict';

    const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');

    // Wraps the text of outputs in elements, and returns them by line. What was typed is a line of its own.
    const linesOf = blocks => {
        const lines = [];
        for (const block of blocks) {
            if (block.matches('p')) {
                lines.push([block]);
                continue;
            }
            const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            const texts = [];
            while (walker.nextNode()) {
                texts.push(walker.currentNode);
            }
            let line = [];
            for (const text of texts) {
                for (const part of text.data.match(/[^\n]*\n|[^\n]+/g) || []) {
                    const span = document.createElement('span');
                    span.textContent = part;
                    text.before(span);
                    line.push(span);
                    if (part.endsWith('\n')) {
                        lines.push(line);
                        line = [];
                    }
                }
                text.remove();
            }
            lines.push(line);
        }
        return lines.filter(line => line.length > 0);
    };

    const button = label => {
        const element = document.createElement('button');
        element.type = 'button';
        element.textContent = label;
        return element;
    };

    // Adds a player to an output, or to the figure of a session. Returns what removes it.
    const addPlayer = played => {
        const labels = played.dataset;
        const delays = labels.docktestTimes.split(' ').map(hundredths => hundredths * 10);
        const next = played.nextElementSibling;
        const isSession = played.matches('figure');
        const rest = !isSession && next && next.matches('details') ? next : null;
        const within = isSession ? played.querySelectorAll('pre, .docktest-command') : [played];
        const blocks = rest ? [played, rest.querySelector('pre')] : [...within];
        const folds = isSession ? [...played.querySelectorAll('details')] : rest ? [rest] : [];
        let lines = [];
        let shown = 0;
        let timer = 0;

        const play = button(labels.play);
        const restart = button(labels.restart);
        restart.hidden = true;

        const pause = () => {
            clearTimeout(timer);
            timer = 0;
            play.textContent = labels.play;
        };
        const setVisible = (line, isVisible) => {
            for (const span of line) {
                span.style.visibility = isVisible ? '' : 'hidden';
            }
        };
        const wait = () => {
            timer = setTimeout(() => {
                do {
                    setVisible(lines[shown], true);
                    shown += 1;
                } while (shown < lines.length && !delays[shown]);
                if (shown < lines.length) {
                    wait();
                } else {
                    pause();
                }
            }, delays[shown]);
        };
        const start = () => {
            if (lines.length === 0) {
                lines = linesOf(blocks);
                shown = lines.length;
            }
            if (shown === lines.length) {
                lines.forEach(line => setVisible(line, false));
                shown = 0;
            }
            folds.forEach(fold => { fold.open = true; });
            restart.hidden = false;
            play.textContent = labels.pause;
            wait();
        };
        play.addEventListener('click', () => (timer ? pause() : start()));
        restart.addEventListener('click', () => {
            pause();
            shown = lines.length;
            start();
        });

        const player = document.createElement('div');
        player.className = 'docktest-player';
        player.setAttribute('role', 'group');
        player.setAttribute('aria-label', labels.label);
        player.append(play, restart);
        if (labels.note) {
            const note = document.createElement('small');
            note.textContent = labels.note;
            player.append(note);
        }
        if (isSession) {
            played.append(player);
        } else {
            (rest || played).after(player);
        }
        return () => {
            pause();
            lines.forEach(line => setVisible(line, true));
            player.remove();
        };
    };

    // With reduced motion, nothing moves: there is no player, and one that plays ends.
    let removals = [];
    const setPlayers = () => {
        removals.forEach(remove => remove());
        const played = lessMotion.matches ? [] : document.querySelectorAll('[data-docktest-times]');
        removals = Array.from(played, addPlayer);
    };
    lessMotion.addEventListener('change', setPlayers);
    setPlayers();

    // In wide output these keys scroll, where mdBook would switch to another chapter.
    addEventListener('keydown', event => {
        const box = event.target.closest('.docktest pre, .docktest-verifications, .table-wrapper, pre > code');
        if (/^Arrow(Left|Right)$/.test(event.key) && box && box.scrollWidth > box.clientWidth) {
            event.stopPropagation();
        }
    }, true);

    // Not all browsers support unfolding by the style sheet.
    let unfolded = [];
    addEventListener('beforeprint', () => {
        unfolded = Array.from(document.querySelectorAll('details:not([open])'))
            .filter(details => details.closest('[class*="docktest"]'));
        unfolded.forEach(details => { details.open = true; });
    });
    addEventListener('afterprint', () => unfolded.forEach(details => { details.open = false; }));
})();

// What mdBook's pages lack for keyboards and screen readers.
(() => {
    'use strict';

    const find = id => document.getElementById(`mdbook-${id}`);
    const set = (id, attributes) => {
        const element = find(id);
        for (const name in element ? attributes : {}) {
            element.setAttribute(name, attributes[name]);
        }
        return element;
    };

    const content = set('content', {tabindex: -1});
    if (content) {
        const skip = document.createElement('a');
        skip.className = 'docktest-skip';
        skip.href = '#mdbook-content';
        skip.textContent = 'Skip to the text';
        // Not the address: on the page for what is not found, it is relative to the site's root.
        skip.addEventListener('click', event => {
            event.preventDefault();
            content.focus();
        });
        document.body.prepend(skip);
    }

    // mdBook's is a label, which cannot be focused, nor be expanded.
    const label = find('sidebar-toggle');
    if (label) {
        const toggle = document.createElement('button');
        toggle.type = 'button';
        toggle.className = label.className;
        toggle.append(...label.cloneNode(true).childNodes);
        const copy = () => ['title', 'aria-label', 'aria-controls', 'aria-expanded']
            .forEach(name => toggle.setAttribute(name, label.getAttribute(name)));
        copy();
        new MutationObserver(copy).observe(label, {attributes: true});
        toggle.addEventListener('click', () => label.click());
        label.style.display = 'none';
        label.after(toggle);
    }

    set('menu-bar', {role: 'banner'});
    set('search-wrapper', {role: 'search'});
    // mdBook names an element that does not exist.
    set('searchbar', {'aria-describedby': 'mdbook-searchresults-header', 'aria-label': 'Search this book ...'});
    set('searchresults-header', {role: 'status'});
    set('help-container', {role: 'dialog', 'aria-label': 'Keyboard shortcuts'});

    // The corner of a table is no heading.
    document.querySelectorAll('main th').forEach(head => {
        if (!head.textContent.trim() && !head.querySelector('img, svg')) {
            head.replaceWith(document.createElement('td'));
        }
    });

    // What scrolls sideways can be reached by keyboard, and a table there has the names of its columns.
    const scrolling = new ResizeObserver(entries => {
        for (const {target} of entries) {
            const isTable = target.matches('.table-wrapper');
            const heads = [...target.querySelectorAll('th')].map(head => head.textContent.trim());
            const name = heads.filter(Boolean).join(', ');
            const attributes = {tabindex: 0, ...(isTable && {role: 'group', 'aria-label': name})};
            const scrolls = target.scrollWidth > target.clientWidth;
            for (const attribute in attributes) {
                if (scrolls) {
                    target.setAttribute(attribute, attributes[attribute]);
                } else {
                    target.removeAttribute(attribute);
                }
            }
        }
    });
    document.querySelectorAll('.table-wrapper, main pre > code').forEach(box => scrolling.observe(box));
})();
