// Shows HTML that the server drew, changing only what differs, so that a finger on a button and a scrolled
// list stay where they are. A tap on anything with `data-do` is sent back as that attribute's text; what is typed into a
// field with `data-type` is sent as a tap too, with the text behind it.

const DOUBLE_TAP_MS = 350;
const DOUBLE_TAP_PX = 40;

function isDoubleTap(last, event) {
  const moved = Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY);
  return event.timeStamp - last.timeStamp < DOUBLE_TAP_MS && moved < DOUBLE_TAP_PX;
}

function alike(node, wanted) {
  if (node.nodeName !== wanted.nodeName) return false;
  return node.nodeType !== Node.ELEMENT_NODE || node.dataset.key === wanted.dataset.key;
}

function patch(node, wanted) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.nodeValue !== wanted.nodeValue) node.nodeValue = wanted.nodeValue;
    return;
  }
  for (const { name } of [...node.attributes]) {
    if (!wanted.hasAttribute(name)) node.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  // A field that is typed into knows best what stands in it.
  if (node.nodeName === "INPUT" && document.activeElement !== node) node.value = wanted.getAttribute("value");
  patchChildren(node, wanted);
}

function patchChildren(node, wanted) {
  let place = node.firstChild;
  for (const child of [...wanted.childNodes]) {
    let found = place;
    if (!found || !alike(found, child)) {
      const keyed = child.dataset?.key !== undefined;
      found = keyed ? [...node.childNodes].find((other) => alike(other, child)) : null;
      node.insertBefore(found ?? child, place);
      if (!found) continue;
    }
    patch(found, child);
    place = found.nextSibling;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

export default {
  template: "<div></div>",
  props: { html: String },
  mounted() {
    this.$el.innerHTML = this.html;
    let last = { timeStamp: -Infinity };
    this.$el.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button?.dataset.do) return;
      // The second half of a double tap must not fall on what the first half brought up. Keys may be quick.
      const again = isDoubleTap(last, event) && !button.matches(".key, .step");
      last = event;
      if (!again) this.$emit("tap", button.dataset.do);
    });
    this.$el.addEventListener("input", ({ target }) => {
      const tap = target.dataset.type;
      if (tap) this.$emit("tap", JSON.stringify([...JSON.parse(tap), target.value]));
    });
  },
  watch: {
    html(html) {
      const wanted = document.createElement("template");
      wanted.innerHTML = html;
      const area = () => this.$el.querySelector("[data-area]")?.dataset.area;
      const before = area();
      patchChildren(this.$el, wanted.content);
      if (area() !== before) window.scrollTo(0, 0);
    },
  },
};
