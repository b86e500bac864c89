import { expect, test } from 'vitest';
import { moved, squareOf, wholeMiddle } from './crop';

test('the square is as large as it can be and in the middle', () => {
  expect(squareOf(400, 200, wholeMiddle)).toEqual({ x: 100, y: 0, side: 200 });
  expect(squareOf(200, 400, { ...wholeMiddle, zoom: 2 })).toEqual({ x: 50, y: 150, side: 100 });
});

test('dragging to the right shows what is at the left, and stops at the edge', () => {
  const after = moved(400, 200, wholeMiddle, 0.25, 0.25);
  expect(squareOf(400, 200, after)).toEqual({ x: 50, y: 0, side: 200 });
  expect(moved(400, 200, wholeMiddle, 9, 0).x).toBe(0);
  expect(moved(400, 200, wholeMiddle, -9, 0).x).toBe(1);
});
