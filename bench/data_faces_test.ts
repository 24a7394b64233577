import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "@/files.ts";
import { openFaces } from "./data_faces.ts";

Deno.test("openFaces() writes synthetic faces in 300W's layout where there is no folder, and names their files", async () => {
  const scratch = await Deno.makeTempDir();
  try {
    const { source, files, description } = await openFaces(join(scratch, "nowhere"), 5, scratch);
    assert.equal(source.faces.length, 5);
    assert.match(description, /^5 of synthetic faces in 300W's layout, pictures of 0\.10 megapixels/);
    for (const [picture, pts] of files) assert.ok(await exists(picture) && await exists(pts), pts);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
});
