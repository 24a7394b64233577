/** What `library_test.ts` runs in processes of their own: fetches as the JSON of its argument says and prints the path. */
import { fetchLibrary, type FetchLibraryOptions } from "./fetch_library.ts";

if (import.meta.main) console.log(await fetchLibrary(JSON.parse(Deno.args[0]!) as FetchLibraryOptions));
