import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files and folders of tests that take a minute or more. */
const LONG = [
  "bench/",
  "house/packed-consumer",
  "drills/",
  "cluster/processes",
  "client/browser/",
  "client/party/",
  "server/accounts/account-command",
  "server/storage/data-folder",
];

/** Begins with the tests that take long: the last one would be waited for while a core has nothing to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((part) => moduleId.includes(`/tests/${part}`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
