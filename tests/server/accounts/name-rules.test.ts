import { seeded } from "roomkeep/shared";
import { expect, test } from "vitest";
import { suggestName } from "../../../client/account/name-suggestions.ts";
import { openNameRules, RESERVED_NAMES } from "../../../server/accounts/name-rules.ts";

const rules = openNameRules(RESERVED_NAMES.split(","));
const refusal = (name: string) => {
  try {
    rules.check(name);
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each(["Admin", "ADMIN", "Adm1n", "A d m i n", "аdmin", "The_Moderator", "xX.Mod.Xx", "Server", "ádmin"])(
  "nobody is called %j who does not run the server",
  (name) => {
    expect(refusal(name)).toBe("NAME_REFUSED");
    rules.check(name, "moderator");
  },
);

test.each(["fuck", "Nigger", "n1gger", "xXniggerXx", "Cunt", "faggot", "a whore"])(
  "nobody is called %j, whatever their role",
  (name) => {
    expect(() => rules.check(name, "admin")).toThrow(expect.objectContaining({ code: "NAME_REFUSED" }));
  },
);

test.each([
  "Dickson",
  "Fukuoka",
  "Penistone",
  "Scunthorpe",
  "Modesty",
  "Administra",
  "Servera",
  "Zoë 👩‍🚀",
  "王",
])("%j is a name like any other", (name) => expect(refusal(name)).toBe("none"));

test("no suggested name is refused, and the reserved words are a setting", () => {
  const random = seeded(7);
  for (let i = 0; i < 500; i++) rules.check(suggestName(random));
  expect(() => openNameRules(["boss"]).check("The B0ss")).toThrow(/reserved/);
  openNameRules([]).check("Admin");
});
