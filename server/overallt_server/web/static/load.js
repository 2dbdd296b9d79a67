// Puts a frame with a button in the place of each link that has the class FlattrButton,
// as Flattr's own script did, whose address and options this one has:
// https://github.com/flattr/developers.flattr.net, content/button/index.md.
// What stands in this script's own address holds for all buttons of the page.
(() => {
    // Flattr's own limit; an address has to be short enough for a request.
    const LONGEST = 1000;
    const source = new URL(document.currentScript.src);
    const options = source.searchParams;
    const prefix = options.get('html5-key-prefix') || 'data-flattr';
    const words = [
        'uid', 'owner', 'language', 'category', 'tags', 'button', 'hidden',
    ];
    const said = words.filter((word) => options.has(word))
        .map((word) => [word, options.get(word)]);
    const shown = ['url', 'title', 'description', ...words];

    // "flattr;uid:ada;tags:a,b;", which older plugins wrote into rev.
    const pairs = (written) => {
        const [marker, ...rest] = (written || '').split(';');
        return marker.trim() === 'flattr'
            ? rest.map((pair) => pair.split(/:(.*)/s, 2).map((part) => part.trim()))
            : [];
    };

    const read = (link) => ({
        url: link.href,
        title: link.title,
        description: link.textContent.trim().slice(0, LONGEST),
        ...(link.lang ? { language: link.lang } : {}),
        ...Object.fromEntries([...pairs(link.rev), ...pairs(link.rel)]),
        ...Object.fromEntries(words
            .filter((word) => link.hasAttribute(`${prefix}-${word}`))
            .map((word) => [word, link.getAttribute(`${prefix}-${word}`)])),
    });

    const frame = (thing) => {
        const about = { ...Object.fromEntries(said), ...thing };
        const query = new URLSearchParams();
        for (const word of shown) {
            if (about[word]) query.set(word, about[word]);
        }
        const isCompact = about.button === 'compact';
        const made = document.createElement('iframe');
        made.src = `${source.origin}/button/view/?${query}`;
        made.title = `Flattr: ${about.title || about.url}`;
        made.width = isCompact ? 110 : 55;
        made.height = isCompact ? 20 : 62;
        made.style.border = 'none';
        return made;
    };

    const found = (target) => (
        typeof target === 'string' ? document.getElementById(target) : target
    );

    window.FlattrLoader = {
        setup() {
            for (const link of document.querySelectorAll('a.FlattrButton[href]')) {
                link.replaceWith(frame(read(link)));
            }
        },
        render(thing, target, where) {
            const method = { before: 'before', replace: 'replaceWith' }[where] || 'append';
            found(target)[method](frame(thing));
        },
        addLoadEvent(run) {
            if (document.readyState === 'complete') run();
            else window.addEventListener('load', run);
        },
    };

    if (options.get('mode') === 'auto') {
        if (document.readyState === 'loading') {
            document.addEventListener('DOMContentLoaded', FlattrLoader.setup);
        } else FlattrLoader.setup();
    }
})();
