import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { text } from "../strings.ts";
import { number } from "../ui/format.ts";
import { type Day, seriesOf } from "./activity.ts";
import { type Colours, useColours } from "./colours.ts";
import styles from "./DayPlot.module.css";
import { utcDay } from "./spans.ts";

const say = text.figures.days;
const HEIGHT = 220;

/** Bars for the words of each day; whoever points at a day reads its figures. */
export default function DayPlot({ days }: { days: readonly Day[] }) {
  const place = useRef<HTMLDivElement>(null);
  const colours = useColours(place);
  const [pointed, setPointed] = useState<number | null>(null);

  useEffect(() => {
    const element = place.current;
    if (element === null || colours === null) return;
    const plot = new uPlot(optionsOf(element.clientWidth, colours, setPointed), seriesOf(days), element);
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [days, colours]);

  const day = pointed === null ? undefined : days[pointed];
  return (
    <>
      {/* Time runs from left to right in every script here, as the axis is drawn. */}
      <div ref={place} className={styles.plot} dir="ltr" />
      <p className={styles.pointed}>
        {day !== undefined && say.day(utcDay(day.date), number(day.words_added), number(day.words_removed))}
      </p>
    </>
  );
}

function optionsOf(width: number, colours: Colours, onPoint: (index: number | null) => void): uPlot.Options {
  const axis = {
    stroke: colours.soft,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
    font: `12px ${colours.font}`,
  };
  const bars = uPlot.paths.bars?.({ size: [0.75, 28] });
  const bar = (label: string, colour: string): uPlot.Series => ({
    label,
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(1000 * seconds), "Etc/UTC"),
    scales: { x: { range: (_plot, first, last) => [first - 43_200, last + 43_200] } },
    axes: [
      {
        ...axis,
        space: 70,
        incrs: [1, 2, 7, 14, 30].map((days) => 86_400 * days),
        values: (_plot, at) => at.map(dayAt),
      },
      { ...axis, size: 48, values: (_plot, at) => at.map((value) => number(Math.abs(value))) },
    ],
    series: [{}, bar(say.written, colours.written), bar(say.out, colours.out)],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

const dayAt = (seconds: number): string => utcDay(new Date(1000 * seconds).toISOString().slice(0, 10));
