// @ts-check
/**
 * Arms the confirm button once the page has been visible and focused, without
 * input, for 600 ms.
 *
 * A hostile page can put this window under a pointer that is about to press
 * (double-click-jacking). So what was pressed within the first moments was not
 * meant for us, and the wait starts anew whenever the window comes, goes, is
 * resized or touched. The gateway itself refuses what is sent earlier, too.
 */

const QUIET_MS = 600;
const button = document.getElementById('confirm');

if (button instanceof HTMLButtonElement) {
    let timer = 0;
    let sent = false;

    const arm = () => {
        button.disabled = sent;
    };

    const wait = () => {
        clearTimeout(timer);
        button.disabled = true;
        if (document.visibilityState === 'visible' && document.hasFocus()) {
            timer = window.setTimeout(arm, QUIET_MS);
        }
    };

    // The press that confirms is input as well: on the armed button it is meant.
    const touched = (/** @type {Event} */ event) => {
        if (button.disabled || event.target !== button) {
            wait();
        }
    };

    for (const change of ['focus', 'blur', 'resize', 'pageshow']) {
        window.addEventListener(change, wait);
    }
    document.addEventListener('visibilitychange', wait);
    document.addEventListener('pointerdown', touched, true);
    document.addEventListener('keydown', (event) => {
        if (event.repeat) {
            event.preventDefault();  // A key held down is no second press.
        }
        // These move the focus and press nothing; a button that went dead under
        // Shift could not be reached backwards.
        if (event.key !== 'Tab' && event.key !== 'Shift') {
            touched(event);
        }
    }, true);
    button.form?.addEventListener('submit', () => {
        sent = true;
        // Disabled at once, the button's own value would not be sent.
        window.setTimeout(() => { button.disabled = true; }, 0);
    });
    wait();
}
