// Shows HTML that the server drew, changing only what differs, so that a finger on a button and a scrolled
// list stay where they are. A tap on anything with `data-do` is sent back as that attribute's text.

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
    this.$el.addEventListener("click", (event) => {
      const told = event.target.closest("[data-do]")?.dataset.do;
      if (told) this.$emit("tap", told);
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
