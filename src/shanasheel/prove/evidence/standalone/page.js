// The page around the verifier: choosing files, telling what was found.

const page = { language: navigator.language.startsWith("ar") ? "ar" : "en", bundle: null, name: "", proof: null, policy: null, done: null };
const at = (id) => document.getElementById(id);
const word = (key) => WORDS[page.language]?.[key] ?? key;
function say(one) {
  let told = word(`say.${one.key}`);
  // Each value keeps its own direction and turns nothing around it.
  const shown = (value) => `\u2068${value.replace(/\p{C}/gu, "")}\u2069`;
  for (const [name, value] of Object.entries(one.given)) told = told.split(`{${name}}`).join(shown(value));
  return told;
}
function element(tag, words, kind) {
  const made = document.createElement(tag);
  if (words !== undefined) made.textContent = words;
  if (kind) made.className = kind;
  return made;
}

function speak() {
  document.documentElement.lang = page.language;
  document.documentElement.dir = page.language === "ar" ? "rtl" : "ltr";
  document.title = word("page.title");
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(`page.${one.dataset.word}`);
  at("bundle-name").textContent = page.name || word("page.none");
  at("proof-name").textContent = page.proof?.name || word("page.none");
  at("policy-name").textContent = page.policy?.name || word("page.none");
  at("go").disabled = !page.bundle || !page.policy;
  if (page.done) tell(page.done);
}

function tell(done) {
  page.done = done;
  const list = at("steps");
  list.replaceChildren();
  for (const step of done.steps) {
    const item = element("li", undefined, step.state);
    item.dataset.step = step.name;
    item.dataset.state = step.state;
    item.append(element("strong", word(`step.${step.name}`)), " ", element("em", word(`state.${step.state}`)));
    const counts = new Map();
    for (const one of step.findings) {
      counts.set(one.key, (counts.get(one.key) || 0) + 1);
      if (counts.get(one.key) <= 12) item.append(element("p", say(one)));
    }
    const more = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - 12), 0);
    if (more) item.append(element("p", say({ key: "more", given: { count: String(more) } })));
    if (step.state === "fails") item.append(element("p", word(`means.${step.name}`), "means"));
    list.append(item);
  }
  at("verdict").textContent = word(done.holds ? "verdict.holds" : "verdict.fails");
  at("verdict").className = done.holds ? "holds" : "fails";
  at("verdict").dataset.holds = String(done.holds);
}

function fail(fault) {
  page.done = null;
  at("steps").replaceChildren();
  at("verdict").className = "fails";
  at("verdict").dataset.holds = "false";
  at("verdict").textContent = fault instanceof Fault ? `${word("page.refused")} ${fault.message}` : `${word("page.broken")} ${fault.message}`;
}

async function go() {
  at("go").disabled = true;
  at("verdict").textContent = word("page.working");
  at("verdict").className = "";
  delete at("verdict").dataset.holds;
  try {
    if (!(await able())) throw new Fault(word("page.unable"));
    const policy = new Policy(await bytesOf(page.policy));
    const bag = page.bundle instanceof File ? await Bag.ofZip(page.bundle) : Bag.ofFolder(page.bundle);
    const seal = page.proof ? await bytesOf(page.proof.slice(0, 2000001)) : null;
    const done = new Verification(bag, policy, Math.floor(Date.now() / 1000), seal, (some, all) => { at("bar").value = all ? some / all : 0; });
    await done.run(at("alone").checked);
    tell(done);
  } catch (fault) {
    fail(fault);
  } finally {
    at("go").disabled = false;
  }
}

/** Whether this browser verifies Ed25519: RFC 8032, test 1. */
async function able() {
  try {
    const key = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const signature = unhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    return await ed25519(key, new Uint8Array(), signature);
  } catch { return false; }
}

function choose(files) {
  for (const file of files) {
    if (file.name.endsWith(".tlog-proof")) page.proof = file;
    else if (file.name.toLowerCase().endsWith(".zip")) [page.bundle, page.name] = [file, file.name];
    else page.policy = file;
  }
  speak();
}
function chooseFolder(files) {
  page.bundle = files;
  page.name = `${files[0]?.[0].split("/")[0] ?? ""}/ (${files.length})`;
  speak();
}
async function walk(entry, files) {
  if (entry.isFile) files.push([entry.fullPath.slice(1), await new Promise((done, refuse) => entry.file(done, refuse))]);
  else {
    const reader = entry.createReader();
    for (let some = [null]; some.length; ) {
      some = await new Promise((done, refuse) => reader.readEntries(done, refuse));
      for (const one of some) await walk(one, files);
      if (files.length > 200000) throw new Hostile("The bundle has too many files.");
    }
  }
  return files;
}

at("zip").addEventListener("change", (event) => choose(event.target.files));
at("proof").addEventListener("change", (event) => choose(event.target.files));
at("policy").addEventListener("change", (event) => { page.policy = event.target.files[0] || null; speak(); });
at("folder").addEventListener("change", (event) => chooseFolder([...event.target.files].map((file) => [file.webkitRelativePath, file])));
at("go").addEventListener("click", go);
at("language").addEventListener("click", () => { page.language = page.language === "ar" ? "en" : "ar"; speak(); });
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...event.dataTransfer.files];
  try {
    for (const entry of entries) if (entry.isDirectory) chooseFolder(await walk(entry, []));
    choose(files.filter((file) => !entries.some((entry) => entry.isDirectory && entry.name === file.name)));
  } catch (fault) { fail(fault); }
});
speak();
