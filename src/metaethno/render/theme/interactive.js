/* What can be done on the pages beyond reading. Plain script, nothing from elsewhere, works from the disk; without it
   the pages say the same in their tables. Data come from scripts beside this one. Text is only ever set as text. */
(() => {
  "use strict";
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const own = (window.metaethno = window.metaethno || {});

  /* ---- small tools ---- */
  const make = (name, attributes = {}, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content.filter((part) => part !== null && part !== undefined && part !== ""));
    return made;
  };
  const number = (n) => n.toLocaleString("en-GB");
  const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many || `${one}s`}`;
  const waiting = {};
  const load = (name) =>
    (waiting[name] ||= new Promise((resolve, reject) => {
      if (own[name]) return resolve(own[name]);
      const script = make("script", { src: `${base}${name}.js` });
      script.onload = () => (own[name] ? resolve(own[name]) : reject(new Error(name)));
      script.onerror = () => reject(new Error(name));
      document.head.append(script);
    }));
  const field = (label, select) => make("label", {}, make("span", {}, label), select);
  const options = (choices) => choices.map(([value, name]) => make("option", { value }, name));
  const tableOf = (id) => document.querySelector(`#${id} table`) || document.querySelector(`table#${id}`);
  const wholeOf = (id) => document.getElementById(id);
  const bodyRows = (table) => [...table.querySelectorAll("tbody tr")];

  /* ---- one dialog for all ---- */
  let dialog = null;
  let before = null;
  const open = (title, ...content) => {
    if (!dialog) {
      dialog = make("dialog", { class: "me-dialog", "aria-labelledby": "me-dialog-title" });
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
      dialog.addEventListener("close", () => before && before.isConnected && before.focus());
      document.body.append(dialog);
    }
    const close = make("button", { type: "button", class: "me-close" }, "Close");
    close.addEventListener("click", () => dialog.close());
    const head = make("div", { class: "me-head" }, make("h2", { id: "me-dialog-title" }, title), close);
    dialog.replaceChildren(head, make("div", { class: "me-body", tabindex: "0" }, ...content));
    if (!dialog.open) {
      before = document.activeElement;
      dialog.showModal();
    }
    close.focus();
    dialog.querySelector(".me-body").scrollTop = 0;
  };
  const failed = (what) => open("This can't be shown", make("p", {}, `The file with ${what} is not beside this page.`));

  const quotation = ([text, whose, citation, where]) =>
    make(
      "figure",
      { class: "me-quotation" },
      make("blockquote", {}, make("p", {}, text || "No text is kept for this passage.")),
      make("figcaption", {}, [whose && `Words of: ${whose}`, citation, where].filter(Boolean).join(" · ")),
    );
  const quotations = (found) =>
    found && found.length ? found.map(quotation) : [make("p", { class: "me-none" }, "No passage is linked to it.")];

  /* ---- the translation matrix: a cell opens its quotations; filters by group, study and concept ---- */
  const matrix = (table) =>
    load("matrix").then((data) => {
      const rows = bodyRows(table);
      if (rows.length !== data.rows.length) return;
      const first = rows[0].cells.length - data.studies.length - 1;
      const cell = (row, column) => row.cells[first + column];
      Object.entries(data.cells).forEach(([key, translations]) => {
        const [i, j] = key.split(",").map(Number);
        const place = rows[i] && cell(rows[i], j);
        if (!place) return;
        const name = `${data.rows[i][1]}, ${data.studies[j]}`;
        const button = make("button", { type: "button", class: "me-cell" }, place.textContent.trim());
        button.setAttribute("aria-label", `${name}: ${plural(translations.length, "translation")}, show quotations`);
        button.title = name;
        button.addEventListener("click", () => {
          const parts = translations.flatMap(([label, term, wording, kind, construct]) => [
            make("h3", {}, label),
            make("p", {}, `In the concept’s terms: ${wording || "not written yet"} (${kind})`),
            term ? make("p", {}, `Authors’ term: “${term}”`) : "",
            ...quotations(data.quotations[construct]),
          ]);
          open(name, make("p", { class: "me-sub" }, `Group: ${data.groups[data.rows[i][0]]}`), ...parts);
        });
        place.replaceChildren(button);
      });
      const said = make("p", { role: "status", class: "me-status" });
      const pick = (label, names) => {
        const select = make("select", {}, ...options([["", `All ${label}`], ...names]));
        select.addEventListener("change", show);
        return [select, field(label[0].toUpperCase() + label.slice(1), select)];
      };
      const [group, groupField] = pick("groups", data.groups.map((name, i) => [String(i), name]));
      const [study, studyField] = pick("studies", data.studies.map((name, i) => [String(i), name]));
      const names = [...new Set(data.rows.map(([, name]) => name))];
      const [concept, conceptField] = pick("concepts", names.map((name) => [name, name]));
      const clear = make("button", { type: "button" }, "Show all");
      clear.addEventListener("click", () => {
        group.value = study.value = concept.value = "";
        show();
      });
      const heads = table.tHead.rows[0].cells;
      const leads = data.groups.map((_, g) => rows[data.rows.findIndex(([of]) => of === g)]?.cells[0].cloneNode(true));
      function show() {
        let shown = 0;
        let last = -1;
        rows.forEach((row, i) => {
          const [of, name] = data.rows[i];
          const fits =
            (group.value === "" || of === Number(group.value)) &&
            (concept.value === "" || name === concept.value) &&
            (study.value === "" || `${i},${study.value}` in data.cells);
          row.hidden = !fits;
          if (!fits) return;
          shown += 1;
          if (first > 1) row.cells[0].replaceChildren(...(of === last ? [] : leads[of].cloneNode(true).childNodes));
          last = of;
        });
        data.studies.forEach((_, j) => {
          const hidden = study.value !== "" && Number(study.value) !== j;
          [heads[first + j], ...rows.map((row) => cell(row, j))].forEach((one) => (one.hidden = hidden));
        });
        const columns = study.value === "" ? data.studies.length : 1;
        said.textContent =
          `${plural(shown, "row")} of ${number(rows.length)} and ${plural(columns, "study", "studies")} of ` +
          `${number(data.studies.length)} shown. A mark opens its quotations.`;
        fit();
      }
      data.studies.forEach((name, j) => (heads[first + j].title = name));
      const bar = make("div", { class: "me-bar", role: "group", "aria-label": "Filter the matrix" });
      bar.append(groupField, studyField, conceptField, clear, said);
      (table.closest(".scroll") || table).before(bar);
      show();
    });

  /* ---- the argument: what a sentence rests on down to the quotation, and what a study feeds ---- */
  const LEVELS = ["step", "third_order", "concept", "construct", "study"];
  const HEADS = {
    step: ["Steps of the argument", "step"],
    third_order: ["Third-order constructs", "third-order construct"],
    concept: ["Concepts", "concept"],
    construct: ["Constructs", "construct"],
    study: ["Studies", "study", "studies"],
  };
  const argument = (whole, table) =>
    load("argument").then((data) => {
      if (!data.nodes.step.length && !data.nodes.third_order.length) return;
      const buttons = {};
      const columns = make("div", { class: "me-columns" });
      let chosen = null;
      const said = make("p", { role: "status", class: "me-status" });
      const clear = make("button", { type: "button", hidden: "" }, "Show all");
      const found = make("div", { class: "me-found" });
      const lit = (level, i) => {
        const at = LEVELS.indexOf(level);
        const sets = LEVELS.map(() => new Set());
        data.paths.filter((path) => path[at] === i).forEach((path) => path.forEach((n, l) => n >= 0 && sets[l].add(n)));
        sets[at].add(i);
        return sets;
      };
      const nameOf = (level, i) => data.nodes[level][i][1];
      const choose = (level, i) => {
        const again = chosen && chosen[0] === level && chosen[1] === i;
        chosen = level === null || again ? null : [level, i];
        const sets = chosen && lit(level, i);
        columns.classList.toggle("me-chosen", Boolean(chosen));
        clear.hidden = !chosen;
        LEVELS.filter((l) => buttons[l]).forEach((l) =>
          buttons[l].forEach((button, n) => {
            const on = Boolean(sets && sets[LEVELS.indexOf(l)].has(n));
            button.classList.toggle("me-lit", on);
            button.setAttribute("aria-pressed", String(Boolean(chosen && chosen[0] === l && chosen[1] === n)));
          }),
        );
        columns.querySelectorAll("ul").forEach((list) => {
          const first = chosen && list.querySelector(".me-lit");
          list.scrollTop = first ? first.offsetTop - list.offsetTop : 0;
        });
        if (!chosen) {
          said.textContent = "Choose a sentence to see what it rests on, or a study to see what it feeds.";
          found.replaceChildren();
          return;
        }
        const at = LEVELS.indexOf(level);
        const counts = (from, to) =>
          LEVELS.map((l, n) => [l, sets[n].size, n])
            .filter(([, n, l]) => n && l >= from && l < to)
            .map(([l, n]) => plural(n, HEADS[l][1], HEADS[l][2]));
        const below = counts(at + 1, LEVELS.length);
        const above = counts(0, at);
        const told = [
          below.length ? `rests on ${below.join(", ")}` : "",
          above.length ? `feeds ${above.reverse().join(", ")}` : "",
        ].filter(Boolean);
        const name = at === 0 ? `Step ${data.nodes.step[i][2]}` : `“${nameOf(level, i)}”`;
        said.textContent = `${name} ${told.join("; it ") || "is linked to nothing yet"}.`;
        const place = LEVELS.indexOf("construct");
        const byConcept = new Map();
        data.paths
          .filter((path) => path[at] === i && path[place] >= 0)
          .forEach((path) => {
            const key = path[place - 1];
            if (!byConcept.has(key)) byConcept.set(key, new Map());
            byConcept.get(key).set(path[place], path[place + 1]);
          });
        const parts = [...byConcept].sort((a, b) => a[0] - b[0]).map(([concept, constructs]) =>
          make(
            "section",
            {},
            make("h4", {}, concept >= 0 ? nameOf("concept", concept) : "Rests on a construct itself"),
            ...[...constructs].map(([construct, study]) => {
              const [, name, term] = data.nodes.construct[construct];
              const which = study >= 0 ? nameOf("study", study) : "no study";
              const line = make("p", {}, make("strong", {}, which), `: ${name}`, term ? ` (authors’ term: “${term}”)` : "");
              return make("div", { class: "me-construct" }, line, ...quotations(data.quotations[construct]));
            }),
          ),
        );
        found.replaceChildren(make("h3", {}, "The constructs and their quotations"), ...parts);
      };
      LEVELS.filter((level) => level !== "construct").forEach((level) => {
        if (!data.nodes[level].length) return;
        const list = make("ul");
        buttons[level] = data.nodes[level].map(([, name, more], i) => {
          const button = make("button", { type: "button", "aria-pressed": "false" });
          button.append(level === "step" ? `${more}. ${name}` : name);
          if (more && level !== "step") button.title = more;
          button.addEventListener("click", () => choose(level, i));
          list.append(make("li", {}, button));
          return button;
        });
        columns.append(make("section", {}, make("h3", {}, HEADS[level][0]), list));
      });
      clear.addEventListener("click", () => {
        const [level, i] = chosen;
        choose(null);
        buttons[level] && buttons[level][i].focus();
      });
      const map = make("div", { class: "me-map", role: "group", "aria-label": "What the argument rests on" });
      map.addEventListener("keydown", (event) => event.key === "Escape" && chosen && clear.click());
      map.append(make("div", { class: "me-bar" }, said, clear), columns, found);
      whole.after(map);
      const rows = table ? bodyRows(table) : [];
      if (rows.length === data.nodes.step.length) {
        rows.forEach((row, i) => {
          const button = make("button", { type: "button", class: "me-sentence" });
          button.append(...row.cells[1].childNodes);
          button.addEventListener("click", () => {
            if (!chosen || chosen[0] !== "step" || chosen[1] !== i) choose("step", i);
            map.scrollIntoView({ block: "start" });
            buttons.step[i].focus({ preventScroll: true });
          });
          row.cells[1].append(button);
        });
      }
      choose(null);
    });

  /* ---- the flow: every number opens the list it is the length of ---- */
  const PAGE = 50;
  const unpack = (text) => {
    let at = 0;
    return text.split(",").map((part) => {
      const [gap, times] = part.split("*");
      at += parseInt(gap, 36);
      return [at, times ? Number(times) : 1];
    });
  };
  const record = ([id, people, year, title, journal, doi], times) => {
    const said = make("li", {});
    const lead = [people, year && `(${year})`].filter(Boolean).join(" ");
    if (lead) said.append(`${lead}. `);
    said.append(make("span", { class: "me-title" }, title), /[.?!…]$/.test(title) ? " " : ". ");
    if (journal) said.append(make("em", {}, journal), ". ");
    if (/^10\.\d{4,9}\/\S+$/.test(doi))
      said.append(make("a", { href: `https://doi.org/${encodeURIComponent(doi).replace(/%2F/g, "/")}`, rel: "noopener" }, doi), " ");
    said.append(make("span", { class: "me-id" }, times > 1 ? `${id}, ${times} exported rows` : id));
    return said;
  };
  const listing = (place, shard) =>
    load("flow_lists").then((lists) => {
      const entries = unpack(lists[place]);
      const rows = entries.reduce((sum, [, times]) => sum + times, 0);
      const more = rows === entries.length ? "" : `${plural(rows, "exported row")} of ${plural(entries.length, "record")}. `;
      const place_ = make("ol", { class: "me-records" });
      const said = make("p", { role: "status", class: "me-status" });
      const back = make("button", { type: "button" }, "Previous");
      const next = make("button", { type: "button" }, "Next");
      let from = 0;
      const show = () => {
        const part = entries.slice(from, from + PAGE);
        const shards = [...new Set(part.map(([i]) => Math.floor(i / shard)))];
        return Promise.all(shards.map((n) => load(`records_${n}`))).then((found) => {
          const at = new Map(shards.map((n, i) => [n, found[i]]));
          place_.start = from + 1;
          place_.replaceChildren(...part.map(([i, n]) => record(at.get(Math.floor(i / shard))[i % shard], n)));
          const last = Math.min(from + PAGE, entries.length);
          said.textContent = `${more}Shown: ${number(from + 1)} to ${number(last)} of ${number(entries.length)}.`;
          back.disabled = from === 0;
          next.disabled = last === entries.length;
        });
      };
      const turn = (by) => () => {
        from += by;
        show().then(() => (dialog.querySelector(".me-body").scrollTop = 0));
      };
      back.addEventListener("click", turn(-PAGE));
      next.addEventListener("click", turn(PAGE));
      const bar = make("div", { class: "me-bar" }, said, ...(entries.length > PAGE ? [back, next] : []));
      return show().then(() => [bar, place_]);
    });
  const list = (title, count, place, shard) =>
    listing(place, shard).then((parts) => open(`${title}: ${count}`, ...parts));
  // A box of a diagram opens its first number, or the one that was pointed at; its others and the runs can be chosen.
  const box = (data, view, numbers, first) => {
    const heads = [...data.runs[view], "All runs"];
    const cellsOf = (row) => data.views[view][row].slice(1);
    const what = make("select", {}, ...options(numbers.map((row) => {
      const [name, ...cells] = data.views[view][row];
      return [row, `${name}: ${number(cells[cells.length - 1][0])}`];
    })));
    const run = make("select");
    const place = make("div");
    const runs = () => {
      const cells = cellsOf(what.value);
      const found = cells.map((cell, i) => [i, cell]).filter(([, cell]) => cell && cell[1] >= 0).reverse();
      run.replaceChildren(...options(found.map(([i, [n]]) => [i, `${heads[i]}: ${number(n)}`])));
      run.parentElement && (run.parentElement.hidden = found.length < 3);
    };
    let asked = 0;
    const show = (then) => {
      const [n, at] = cellsOf(what.value)[run.value];
      const title = `${data.views[view][what.value][0]}, ${heads[run.value].toLowerCase()}: ${number(n)}`;
      const mine = (asked += 1);
      return listing(at, data.shard).then((parts) => {
        if (mine !== asked) return; // something else was chosen while this was loaded
        place.replaceChildren(...parts);
        then(title);
      });
    };
    const again = () => show((title) => (document.getElementById("me-dialog-title").textContent = title));
    what.value = first;
    const fields = [field("Number", what), field("Run", run)];
    fields[0].hidden = numbers.length < 2;
    runs();
    what.addEventListener("change", () => {
      runs();
      again();
    });
    run.addEventListener("change", again);
    const bar = fields.every((one) => one.hidden) ? "" : make("div", { class: "me-bar" }, ...fields);
    return show((title) => open(title, bar, place));
  };
  const diagrams = (images) =>
    load("flow").then((data) =>
      images.forEach(([image, view]) => {
        const frame = make("span", { class: "me-picture", role: "group", "aria-label": "Diagram: its boxes open lists" });
        (data.figures[view] || []).forEach(([left, top, width, height, numbers]) => {
          const listed = numbers.filter(([row]) => data.views[view][row].at(-1)[1] >= 0);
          if (!listed.length) return;
          const [name, ...cells] = data.views[view][listed[0][0]];
          const more = listed.length > 1 ? `, and ${plural(listed.length - 1, "more number")}` : "";
          const button = make("button", { type: "button", class: "me-box" });
          button.setAttribute("aria-label", `${name}: ${number(cells.at(-1)[0])}${more}, show the list`);
          Object.assign(button.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
          const lines = listed.map(([, from, high]) => {
            const line = make("span", { class: "me-line" });
            Object.assign(line.style, { top: `${from}%`, height: `${high}%` });
            return line;
          });
          if (listed.length > 1) button.append(...lines);
          button.addEventListener("click", (event) => {
            const pointed = lines.findIndex((line) => {
              const { top: above, bottom: below } = line.getBoundingClientRect();
              return event.detail && above <= event.clientY && event.clientY < below;
            });
            const [row] = listed[Math.max(pointed, 0)];
            box(data, view, listed.map(([one]) => one), row).catch(() => failed("the list"));
          });
          frame.append(button);
        });
        if (!frame.children.length) return;
        image.before(frame);
        frame.prepend(image);
        const hint = make("p", { class: "me-hint" }, "Each box opens the list of what it counts.");
        (image.closest("figure") || frame).prepend(hint);
      }),
    );
  const flow = (tables) =>
    load("flow").then((data) =>
      tables.forEach(([table, view]) => {
        const rows = bodyRows(table);
        const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
        if (!data.views[view] || rows.length !== data.views[view].length) return;
        data.views[view].forEach(([name, ...cells], i) =>
          cells.forEach((found, j) => {
            const place = rows[i].cells[j + 1];
            if (!found || found[1] < 0 || !place) return;
            const count = place.textContent.trim();
            if (count.replace(/\D/g, "") !== String(found[0])) return;
            const title = `${name}, ${heads[j + 1].toLowerCase()}`;
            const button = make("button", { type: "button", class: "me-count" });
            button.append(...place.childNodes);
            button.setAttribute("aria-label", `${count}: ${title}, show the list`);
            button.addEventListener("click", () => list(title, count, found[1], data.shard).catch(() => failed("the list")));
            place.append(button);
          }),
        );
        (table.closest(".scroll") || table).before(
          make("p", { class: "me-hint" }, "Each number opens the list of what it counts."),
        );
      }),
    );

  /* ---- wide tables: a hint where there is more to the side, the header in sight where there is none ---- */
  const hints = new Map();
  const fit = () =>
    document.querySelectorAll(".scroll").forEach((part) => {
      const wide = part.scrollWidth > part.clientWidth + 1;
      part.classList.toggle("me-wide", wide);
      part.classList.toggle("me-fits", !wide && Boolean(part.querySelector("table")));
      if (wide) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
      if (wide && !hints.has(part)) hints.set(part, make("p", { class: "me-more", "aria-hidden": "true" }, "More to the right →"));
      if (wide) part.before(hints.get(part));
      else if (hints.has(part)) hints.get(part).remove();
    });

  const start = () => {
    const style = make("link", { rel: "stylesheet", href: `${base}interactive.css` });
    style.addEventListener("load", fit);
    document.head.append(style);
    fit();
    let soon = 0;
    window.addEventListener("resize", () => {
      cancelAnimationFrame(soon);
      soon = requestAnimationFrame(fit);
    });
    const table = tableOf("tbl-matrix");
    const jobs = [];
    if (table) jobs.push(matrix(table));
    const whole = wholeOf("tbl-argument");
    if (whole && wholeOf("tbl-support")) jobs.push(argument(whole, tableOf("tbl-argument")));
    const flows = [...document.querySelectorAll("[id^=tbl-flow-]")]
      .filter((one) => /^tbl-flow-\d+$/.test(one.id) && tableOf(one.id))
      .map((one) => [tableOf(one.id), Number(one.id.slice(9)) - 1]);
    if (flows.length) jobs.push(flow(flows));
    const drawn = [...document.querySelectorAll("[id^=fig-flow-]")]
      .filter((one) => /^fig-flow-\d+$/.test(one.id) && one.querySelector("img"))
      .map((one) => [one.querySelector("img"), Number(one.id.slice(9)) - 1]);
    if (drawn.length) jobs.push(diagrams(drawn));
    // Where the data aren't beside the page, it stays as it is: all of it can be read.
    Promise.allSettled(jobs).then(() => {
      fit();
      document.documentElement.dataset.ready = "yes";
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
