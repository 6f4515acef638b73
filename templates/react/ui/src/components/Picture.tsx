import { useEffect, useRef } from 'react';

/** What a picture is drawn with, in the page's own pixels. */
export interface Paper {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** A colour of the style sheet, by the name of its property. */
  color(name: string): string;
  /** A line through points; `x` and `y` give them by their index. */
  line(count: number, x: (index: number) => number, y: (index: number) => number, color: string, width?: number): void;
}

interface Props {
  label: string;
  /** Called with every rendering, and when the size or the colour scheme changed. */
  draw(paper: Paper): void;
}

/** A canvas at the screen's own resolution. */
export function Picture({ label, draw }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);

  useEffect(() => {
    latest.current = draw;
    if (canvas.current) paint(canvas.current, draw);
  }, [draw]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const again = () => {
      colours.delete(element);
      paint(element, latest.current);
    };
    const sizes = new ResizeObserver(again);
    sizes.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', again);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener('change', again);
    };
  }, []);

  return <canvas ref={canvas} role="img" aria-label={label} />;
}

/** The style sheet's colours by canvas, which take longer to ask for than a line to draw. Asked for anew when the scheme changes. */
const colours = new WeakMap<HTMLCanvasElement, Map<string, string>>();

function paint(canvas: HTMLCanvasElement, draw: (paper: Paper) => void): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = devicePixelRatio || 1;
  const pixels = [Math.round(width * density), Math.round(height * density)] as const;
  // Another size clears the picture and makes another one in memory.
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '11px system-ui, sans-serif';

  const known = colours.get(canvas) ?? new Map<string, string>();
  colours.set(canvas, known);
  const color = (name: string) => {
    const colour = known.get(name) ?? getComputedStyle(canvas).getPropertyValue(name).trim();
    known.set(name, colour);
    return colour;
  };
  const line: Paper['line'] = (count, x, y, stroke, lineWidth = 1) => {
    context.beginPath();
    for (let index = 0; index < count; index++) context.lineTo(x(index), y(index));
    context.strokeStyle = color(stroke);
    context.lineWidth = lineWidth;
    context.lineJoin = 'round';
    context.stroke();
  };
  draw({ context, width, height, color, line });
}
