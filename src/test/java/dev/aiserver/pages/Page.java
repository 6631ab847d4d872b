package dev.aiserver.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page in Markdown: the README, or one of {@code src/site/markdown}. */
public record Page(Path path, String text) {
    private static final Pattern BLOCK =
            Pattern.compile("(?m)^(?:<!-- (?<mark>[^>]*?) -->\\n)?```(?<language>[a-z]*)\\n(?<text>(?:.*\\n)*?)```$");
    private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)\\s]+)\\)");
    private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\"></a>");
    private static final Pattern INLINE_CODE = Pattern.compile("`([^`\\n]+)`");

    /**
     * A fenced block.
     *
     * @param mark the words of the comment above it, which say what a test does with it; empty without one
     */
    public record Block(Path page, String mark, String language, String text) {

        /** Returns the lines of a script, with those that continue joined to one. */
        public List<String> commands() {
            return text.replace("\\\n", "")
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }

    /** Returns the README and all pages of the site. */
    public static List<Page> all() {
        try (Stream<Path> files = Files.walk(Path.of("src/site/markdown"))) {
            return Stream.concat(
                            Stream.of(Path.of("README.md")),
                            files.filter(file -> file.toString().endsWith(".md")))
                    .sorted()
                    .map(Page::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a page. */
    public static Page of(Path path) {
        try {
            return new Page(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns its fenced blocks in their order. */
    public List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String mark = matcher.group("mark");
            blocks.add(new Block(path, mark == null ? "" : mark, matcher.group("language"), matcher.group("text")));
        }
        return blocks;
    }

    /** Returns where its links lead, as they are written. */
    List<String> links() {
        return all(LINK.matcher(withoutBlocks()));
    }

    /** Returns the names of its anchors; headings have other ids on each site, so only these are linked to. */
    Set<String> anchors() {
        return new TreeSet<>(all(ANCHOR.matcher(text)));
    }

    /** Returns the code within its sentences and tables. */
    List<String> inlineCode() {
        return all(INLINE_CODE.matcher(withoutBlocks()));
    }

    private String withoutBlocks() {
        return BLOCK.matcher(text).replaceAll("");
    }

    private static List<String> all(Matcher matcher) {
        return matcher.results().map(found -> found.group(1)).toList();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
