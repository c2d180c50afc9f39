// Plays streams back at their original speed, and unfolds long output for print. Everything is
// readable without this script.
(() => {
    'use strict';

    const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');

    // Wraps the text of an output in elements, and returns them by line.
    const linesOf = blocks => {
        const lines = [[]];
        for (const block of blocks) {
            const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            const texts = [];
            while (walker.nextNode()) {
                texts.push(walker.currentNode);
            }
            for (const text of texts) {
                for (const part of text.data.match(/[^\n]*\n|[^\n]+/g) || []) {
                    const span = document.createElement('span');
                    span.textContent = part;
                    text.before(span);
                    lines[lines.length - 1].push(span);
                    if (part.endsWith('\n')) {
                        lines.push([]);
                    }
                }
                text.remove();
            }
        }
        return lines.filter(line => line.length > 0);
    };

    const button = label => {
        const element = document.createElement('button');
        element.type = 'button';
        element.textContent = label;
        return element;
    };

    const addPlayer = pre => {
        const labels = pre.dataset;
        const delays = labels.docktestTimes.split(' ').map(hundredths => hundredths * 10);
        const next = pre.nextElementSibling;
        const rest = next && next.matches('details') ? next : null;
        const blocks = rest ? [pre, rest.querySelector('pre')] : [pre];
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
            if (rest) {
                rest.open = true;
            }
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
        (rest || pre).after(player);

        // The style sheet hides the buttons, so a playback that they started must end.
        lessMotion.addEventListener('change', () => {
            if (lessMotion.matches) {
                pause();
                lines.forEach(line => setVisible(line, true));
                shown = lines.length;
            }
        });
    };

    document.querySelectorAll('.docktest pre[data-docktest-times]').forEach(addPlayer);

    // In wide output these keys scroll, where mdBook would switch to another chapter.
    addEventListener('keydown', event => {
        const box = event.target.closest('.docktest pre, .docktest-verifications');
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
