// Returns each visible text in the elements that match a selector, with its contrast.
const [selector] = arguments;
const texts = [];
const seen = new Set();
for (const root of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        const visible = element.checkVisibility({visibilityProperty: true});
        if (seen.has(node) || !node.data.trim() || !visible) continue;
        seen.add(node);
        const style = getComputedStyle(element);
        const svg = element instanceof SVGElement;
        const background = behind(element);
        const [red, green, blue, alpha] = rgba(svg ? style.fill : style.color);
        const opacity = ancestors(element).reduce((all, each) => all * getComputedStyle(each).opacity, 1);
        const color = over([red, green, blue, alpha * opacity], background);
        const shown = list => `rgb(${list.slice(0, 3).map(Math.round).join(' ')})`;
        texts.push({
            text: node.data.trim().slice(0, 60),
            within: `${element.localName}.${element.getAttribute('class') ?? ''}`,
            color: shown(color),
            background: shown(background),
            ratio: contrast(color, background),
        });
    }
}
return texts;
