// The colours that are painted, and their contrast according to WCAG 2.
const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const context = canvas.getContext('2d', {willReadFrequently: true});

// Any CSS colour as red, green, blue and alpha.
const known = new Map();
function rgba(color) {
    if (!known.has(color)) {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
        known.set(color, [red, green, blue, alpha / 255]);
    }
    return known.get(color);
}

function over([red, green, blue, alpha], below) {
    const mix = (upper, index) => upper * alpha + below[index] * (1 - alpha);
    return [mix(red, 0), mix(green, 1), mix(blue, 2), 1];
}

function luminance([red, green, blue]) {
    const linear = value => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function contrast(one, other) {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
}

function ancestors(element) {
    const list = [];
    for (let next = element; next; next = next.parentElement) list.push(next);
    return list;
}

// The colour behind an element's text. In a picture, that is the colour below the element's middle.
function behind(element) {
    const layers = [];
    if (element instanceof SVGElement) {
        element.scrollIntoView({block: 'center', inline: 'center'});
        const box = element.getBoundingClientRect();
        const below = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        for (const shape of below) {
            if (shape instanceof SVGGeometryElement) {
                const {fill, fillOpacity} = getComputedStyle(shape);
                if (fill !== 'none') {
                    const [red, green, blue, alpha] = rgba(fill);
                    layers.push([red, green, blue, alpha * fillOpacity]);
                }
            }
        }
    }
    for (const each of ancestors(element)) layers.push(rgba(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
}
