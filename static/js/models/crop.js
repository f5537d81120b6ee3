/** Which square of a picture is shown. All lengths are in sides of that square, as it stands on the screen. */

export const CLOSEST = 4;

const within = (value, least, most) => Math.min(Math.max(value, least), most);

export class Crop {
  #width; // the whole picture's, where its shorter side fills the square
  #height;
  #pixels; // of the picture, in that shorter side
  #x = 0.5; // what is in the middle of the square, in parts of the picture
  #y = 0.5;
  #zoom = 1;

  /** @param {number} width of the picture, in pixels, as `height` is */
  constructor(width, height) {
    this.#pixels = Math.min(width, height);
    this.#width = width / this.#pixels;
    this.#height = height / this.#pixels;
  }

  get zoom() {
    return this.#zoom;
  }

  /** @param {number} zoom from 1 (as much as there is) to CLOSEST */
  set zoom(zoom) {
    this.#zoom = within(zoom, 1, CLOSEST);
    this.move(0, 0);
  }

  /** Move the picture under the square; it always fills it. */
  move(right, down) {
    const { width, height } = this.place;
    this.#x = within(this.#x - right / width, 0.5 / width, 1 - 0.5 / width);
    this.#y = within(this.#y - down / height, 0.5 / height, 1 - 0.5 / height);
  }

  /** Where the whole picture stands: its upper left corner, from that of the square. */
  get place() {
    const [width, height] = [this.#width * this.#zoom, this.#height * this.#zoom];
    return { width, height, left: 0.5 - this.#x * width, top: 0.5 - this.#y * height };
  }

  /** What is shown, in pixels of the picture. */
  get part() {
    const { left, top } = this.place;
    const side = this.#pixels / this.#zoom;
    return { x: -left * side, y: -top * side, side };
  }
}
