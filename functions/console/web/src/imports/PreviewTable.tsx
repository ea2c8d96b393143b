// The columns of a file: what each fills, with the first values that stand in it.
import { Fragment } from "preact";
import { sentence } from "../api/problem";
import type { Preview } from "../api/types";
import { BareSelect } from "../ui/Field";
import { Badge, many } from "../ui/parts";
import { choose, fieldOf, reasonOf, TARGETS, type Chosen } from "./columns";

interface Props {
  preview: Preview;
  chosen: Chosen;
  onChosen: (chosen: Chosen) => void;
  loading: boolean;
}

const SAMPLES = 3;

export function PreviewTable({ preview, chosen, onChosen, loading }: Props) {
  const { columns, rows } = preview;
  const left = columns.filter((column) => fieldOf(column, chosen) === "").length;
  return (
    <>
      <section class="card" aria-labelledby="columns-title" aria-busy={loading}>
        <h2 id="columns-title">Columns</h2>
        <p class="hint">
          {many(columns.length, "column")} found{left > 0 ? `, ${left} of them left out` : ", each fills a field"}. Your choices are remembered for the team.
        </p>
        <table class="table columns">
          <thead>
            <tr><th scope="col">Column in the file</th><th scope="col">First values</th><th scope="col">Fills</th><th scope="col">Because</th></tr>
          </thead>
          <tbody>
            {columns.map((column, index) => (
              <tr key={`${index} ${column.header}`}>
                <th scope="row">{column.header || <span class="nothing">no name</span>}</th>
                <td data-label="First values" class="cell-samples">{samples(rows, index)}</td>
                <td data-label="Fills">
                  <BareSelect label={`Field that “${column.header}” fills`} value={fieldOf(column, chosen)} options={TARGETS} onChange={(field) => onChosen(choose(columns, chosen, column.header, field))} />
                </td>
                <td data-label="Because"><Badge tone={fieldOf(column, chosen) === "" ? "warn" : "neutral"}>{reasonOf(column, chosen)}</Badge></td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section class="card" aria-labelledby="rows-title">
        <h2 id="rows-title">First rows</h2>
        <div class="scroll-x" tabIndex={0} role="region" aria-labelledby="rows-title">
          <table class="table sheet">
            <thead><tr><th scope="col">Line</th>{columns.map((column, index) => <th scope="col" key={index}>{column.header}</th>)}</tr></thead>
            <tbody>
              {rows.map((row) => (
                <Fragment key={row.line}>
                  <tr>
                    <td class="cell-line">{row.line}</td>
                    {row.problem == null
                      ? columns.map((_, index) => <td key={index}>{row.cells[index] ?? ""}</td>)
                      : <td colSpan={columns.length} class="problem">{row.problem}</td>}
                  </tr>
                  {row.remark != null && <tr><td class="cell-line">{row.line}</td><td colSpan={columns.length} class="hint">{sentence(row.remark)}</td></tr>}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function samples(rows: Preview["rows"], column: number) {
  const values = [...new Set(rows.map((row) => row.cells[column] ?? "").filter((cell) => cell !== ""))].slice(0, SAMPLES);
  return values.length === 0 ? <span class="nothing">empty</span> : values.join(" · ");
}
