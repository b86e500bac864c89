/** A square out of a picture: how many times larger than needed it is shown, and where (0 to 1). */
export interface Crop {
  zoom: number;
  x: number;
  y: number;
}

export const wholeMiddle: Crop = { zoom: 1, x: 0.5, y: 0.5 };

/** The square's place on the picture, in the picture's own pixels. */
export function squareOf(width: number, height: number, crop: Crop) {
  const side = Math.min(width, height) / crop.zoom;
  return { x: (width - side) * crop.x, y: (height - side) * crop.y, side };
}

/** The crop after the picture was moved by so much of the square's side. */
export function moved(width: number, height: number, crop: Crop, dx: number, dy: number): Crop {
  const { side } = squareOf(width, height, crop);
  const shift = (at: number, by: number, room: number) =>
    room > 0 ? Math.min(1, Math.max(0, at - (by * side) / room)) : at;
  return { ...crop, x: shift(crop.x, dx, width - side), y: shift(crop.y, dy, height - side) };
}
