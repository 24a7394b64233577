import assert from "node:assert/strict";
import { faceErrorRows, formatFaceErrors, parseFaceErrors } from "./face_errors.ts";

Deno.test("formatFaceErrors() keeps every digit, odd names and faces without an error", () => {
  const faces = [
    { id: 'a/b,"c".png', subsets: ["full", "common"], nme: 0.1 + 0.2 },
    { id: "d", subsets: [], nme: NaN },
    { id: "e", subsets: ["full"], nme: 1e-30 },
  ];
  assert.deepEqual(parseFaceErrors(formatFaceErrors(faces), "errors.csv"), faces);
});

Deno.test("formatFaceErrors() refuses two faces of one name and subsets that could not be told apart", () => {
  const face = { id: "a", subsets: ["full"], nme: 0 };
  assert.throws(() => formatFaceErrors([face, face]), /two faces have one name: 'a'$/);
  assert.throws(() => formatFaceErrors([{ ...face, subsets: ["x;y"] }]), /holds ';': 'x;y'$/);
});

Deno.test("parseFaceErrors() names file and row of what it cannot read", () => {
  for (
    const [text, expected] of [
      ["", /its first line is not 'id,subsets,nme': ''/],
      ["id,nme\na,1\n", /its first line is not 'id,subsets,nme': 'id,nme'/],
      ["id,subsets,nme\na,full,1\nb,full\n", /row 3 is not 'id,subsets,number': 'b,full'/],
      ["id,subsets,nme\na,full,zero\n", /row 2 is not 'id,subsets,number'/],
      ["id,subsets,nme\na,full,\n", /row 2 is not 'id,subsets,number'/],
      ["\0\x01\xff", /its first line is not/],
    ] as const
  ) {
    assert.throws(() => parseFaceErrors(text, "x/errors.csv"), (error: unknown) => {
      assert(error instanceof SyntaxError);
      assert.match(error.message, expected);
      assert.match(error.message, /'x\/errors.csv'/);
      return true;
    });
  }
});

Deno.test("faceErrorRows() lists each face with the subsets that hold it", () => {
  const set = { ids: ["a", "b", "c"], subsets: { full: [0, 1, 2], common: [2, 0] } };
  assert.deepEqual(faceErrorRows(set, [0.1, 0.2, 0.3]), [
    { id: "a", subsets: ["full", "common"], nme: 0.1 },
    { id: "b", subsets: ["full"], nme: 0.2 },
    { id: "c", subsets: ["full", "common"], nme: 0.3 },
  ]);
  assert.throws(() => faceErrorRows(set, [1]), /errors of 3 faces as there are others: 1/);
});
