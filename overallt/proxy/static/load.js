// Answered by Överallt in the place of Flattr's own script. The buttons of the page are
// in its place already; what a page's own scripts call is here, so that none of them
// fails, and does nothing.
window.FlattrLoader = {
  setup() {},
  render() {},
  addLoadEvent(run) {
    if (document.readyState === "complete") run();
    else window.addEventListener("load", run);
  },
};
