/**
 * A zone at the side: beside the timeline where there is room, over it where there isn't.
 *
 * Over it, the rest of the page is out of reach until it is closed, and the focus goes back to where it was.
 */

export class Panel {
  #panel;
  #opener;
  #closer;
  #rest;
  #scrim;
  #over;
  #kept;
  #opened = false;
  #from = null;

  /**
   * @param {{opener: HTMLElement, closer: HTMLElement, rest: HTMLElement[], scrim: HTMLElement, over: string,
   *   kept?: {of: () => boolean | null, keep: (open: boolean) => void}}} parts
   *   `over`: the media query under which it lies over the rest; `kept`: whether it stands open otherwise, as the
   *   reader last chose. Without it, it always does
   */
  constructor(panel, { opener, closer, rest, scrim, over, kept }) {
    this.#panel = panel;
    this.#opener = opener;
    this.#closer = closer;
    this.#rest = rest;
    this.#scrim = scrim;
    this.#over = matchMedia(over);
    this.#kept = kept;
  }

  connect(signal) {
    this.#opener.addEventListener('click', () => (this.shown ? this.close() : this.open()), { signal });
    this.#closer.addEventListener('click', () => this.close(), { signal });
    this.#scrim.addEventListener('click', () => this.close(), { signal });
    this.#panel.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.#over.addEventListener('change', () => this.#settle(), { signal });
    this.#settle();
  }

  get over() {
    return this.#over.matches;
  }

  get shown() {
    return this.over || this.#kept ? this.#opened : true;
  }

  open() {
    if (this.over) this.#from = document.activeElement;
    this.#opened = true;
    this.#apply();
    if (this.over) this.#closer.focus();
  }

  close() {
    if (!this.#opened) return;
    const from = this.over ? this.#from : this.#opener;
    this.#opened = false;
    this.#apply();
    if (from?.isConnected) from.focus({ preventScroll: true });
  }

  /** Close it if it hides the timeline: the reader chose something in it. */
  makeWay() {
    if (!this.over || !this.#opened) return;
    this.#from = null;
    this.close();
  }

  #settle() {
    this.#opened = !this.over && (this.#kept?.of() ?? true);
    this.#apply(false);
  }

  #apply(keep = true) {
    const { shown, over } = this;
    if (keep && !over) this.#kept?.keep(shown);
    this.#panel.classList.toggle('open', shown);
    this.#panel.inert = !shown;
    this.#opener.setAttribute('aria-expanded', String(shown));
    for (const other of this.#rest) other.inert = over && shown;
    this.#scrim.classList.toggle('open', over && shown);
    this.#panel.dispatchEvent(new Event('shown'));
  }

  #key(event) {
    if (event.key !== 'Escape' || !this.over) return;
    event.preventDefault();
    this.close();
  }
}
