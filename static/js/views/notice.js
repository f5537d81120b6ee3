/** A sentence about what just happened, said once, at the top of the timeline. */

const SHOWN = 6000; // ms; nobody need act on it, and it is said aloud as well

export class Notice {
  #place;
  #timer = 0;

  constructor(place) {
    this.#place = place;
  }

  say(sentence) {
    clearTimeout(this.#timer);
    this.#place.textContent = sentence;
    this.#timer = setTimeout(() => {
      this.#place.textContent = '';
    }, SHOWN);
  }
}
