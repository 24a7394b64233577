import assert from "node:assert/strict";
import { type Board, COUNT, createBoard, prefer, showFace, takeFace, takeLabels } from "./board.ts";

/** Every face that is left, in the order in which they are taken. */
function takeAll(board: Board): number[] {
  const faces: number[] = [];
  for (let face = takeFace(board); face !== undefined; face = takeFace(board)) faces.push(face);
  return faces;
}

Deno.test("createBoard() lies in memory that threads share, all of it", () => {
  for (const [name, { buffer }] of Object.entries(createBoard(5))) assert.ok(buffer instanceof SharedArrayBuffer, name);
});

Deno.test("takeFace() gives each face once, those preferred first, also when that changes", () => {
  assert.deepEqual(takeAll(createBoard(4)), [0, 1, 2, 3]);
  const board = createBoard(6);
  assert.deepEqual([takeFace(board), takeFace(board)], [0, 1]);
  prefer(board, Int32Array.of(5, 1, 3));
  assert.equal(takeFace(board), 5);
  prefer(board, Int32Array.of(4, 5));
  assert.deepEqual(takeAll(board), [4, 3, 2]);
  prefer(board, Int32Array.of(2));
  assert.deepEqual(takeAll(board), []);
});

Deno.test("takeFace() passes over no face whose place in the order changed while it was looked at", () => {
  const board = createBoard(4);
  // As a thread sees an order that is half old, half new: 1 and 2 are not in it.
  board.order.set([3, 0, 3, 0]);
  assert.deepEqual(takeAll(board), [3, 0, 1, 2]);
});

Deno.test("takeLabels() gives each face once, and showFace() counts and marks it", () => {
  const board = createBoard(2);
  assert.deepEqual([takeLabels(board), takeLabels(board), takeLabels(board)], [0, 1, undefined]);
  showFace(board, 1);
  assert.deepEqual([...board.ready], [0, 1]);
  assert.equal(board.counts[COUNT.drawn], 1);
});
