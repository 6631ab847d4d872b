package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.pages.Page;
import dev.aiserver.pages.Page.Block;
import dev.aiserver.pages.ShownOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The commands of the README and of the pages, run on a Mac in their order, print what the pages show. The comment above
 * a block says how:
 *
 * <ul>
 *   <li>{@code run}: on the Mac; {@code run with -y}: with this at the end, because the command would ask;
 *       {@code run with A for B}: with A in place of B, for a placeholder
 *   <li>{@code run on a client}: by another machine of the network
 *   <li>{@code config NAME}: the block is written to this file first
 *   <li>{@code output}: what the command above prints
 * </ul>
 */
@Tag("root")
class PagesIT {
    private static final Path SITE = Path.of("src/site/markdown");
    private static final Pattern WITH = Pattern.compile("run with (\\S+)(?: for (\\S+))?");
    private static final String IN_CHECKOUT = "cd \"$1\"; PATH=$PATH:$HOME/.local/bin; ";

    /** Run on the Mac of the tutorial, in this order, before its last step. */
    private static final List<String> OF_AN_INSTALLED_SERVER = List.of(
            "how-to/clients.md",
            "how-to/models.md",
            "how-to/verify.md",
            "how-to/upgrade.md",
            "how-to/edited-files.md",
            "troubleshooting.md",
            "how-to/uninstall.md");

    private static final String WITH_AN_ADDRESS = "how-to/wireguard-and-lan.md";

    @Test
    void theReadme() {
        try (Mac mac = new Mac()) {
            run(mac, Page.of(Path.of("README.md")).blocks());
        }
    }

    @Test
    void theTutorialAndWhatOtherPagesDoWithItsServer() {
        List<Block> tutorial = blocks("tutorial.md");
        int end = tutorial.size() - 1;
        assertThat(tutorial.get(end).text()).isEqualTo("aiserver uninstall\n");
        List<Block> all = new ArrayList<>(tutorial.subList(0, end));
        OF_AN_INSTALLED_SERVER.forEach(page -> all.addAll(blocks(page)));
        all.add(tutorial.get(end));
        try (Mac mac = new Mac()) {
            run(mac, all);
        }
    }

    @Test
    void aServerWithAnAddressOfALocalNetwork() {
        try (Mac mac = new Mac()) {
            mac.addAddress("192.168.250.20");
            run(mac, blocks(WITH_AN_ADDRESS));
        }
    }

    /** The other way round too: nothing is described that no document has. */
    @Test
    void theJsonReferenceNamesTheFieldsOfEveryDocument() throws IOException {
        try (Mac mac = new Mac()) {
            Set<String> planned = fields(mac.command(mac.checkout() + "/install", "--dry-run", "--json"));
            Set<String> installed = fields(mac.command(mac.checkout() + "/install", "--yes", "--json"));
            assertThat(installed).containsAll(planned).isEqualTo(described("install and plan"));
            assertThat(fields(mac.aiserver("verify", "--only", "reach.server", "--json")))
                    .isEqualTo(described("verify"));
            assertThat(fields(mac.aiserver("warm-models", "llama3.2:1b", "--json")))
                    .isEqualTo(described("warm-models"));
            assertThat(fields(mac.aiserver("status", "--json"))).isEqualTo(described("status"));
            assertThat(fields(mac.aiserver("support-bundle", mac.home() + "/support.zip", "--json")))
                    .isEqualTo(described("support-bundle"));
            assertThat(fields(mac.aiserver("uninstall", "--yes", "--json"))).isEqualTo(described("uninstall"));
        }
    }

    private static Set<String> fields(Run run) throws IOException {
        assertThat(run.exitCode()).as(run.toString()).isZero();
        Set<String> fields = new TreeSet<>();
        JsonMapper.builder().build().readTree(run.out()).fieldNames().forEachRemaining(fields::add);
        assertThat(fields).as(run.toString()).contains("schema", "command", "outcome");
        fields.removeAll(Set.of("schema", "command", "outcome"));
        return fields;
    }

    /** In the first column of the first table under a heading. */
    private static Set<String> described(String heading) {
        String page = Page.of(SITE.resolve("reference/json.md")).text();
        String section = page.substring(page.indexOf("## " + heading + "\n"));
        String table = section.substring(section.indexOf("\n| Field")).strip().split("\n\n")[0];
        return table.lines()
                .map(row -> row.split("\\|")[1])
                .flatMap(cell -> Pattern.compile("`(\\w+)`").matcher(cell).results())
                .map(field -> field.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void runsEveryPageThatHasSomethingToRun() {
        List<Path> run = Stream.of(
                        Stream.of("tutorial.md", WITH_AN_ADDRESS).map(SITE::resolve),
                        OF_AN_INSTALLED_SERVER.stream().map(SITE::resolve),
                        Stream.of(Path.of("README.md")))
                .flatMap(pages -> pages)
                .toList();
        assertThat(Page.all().stream()
                        .filter(page -> page.blocks().stream()
                                .anyMatch(block -> block.mark().startsWith("run")))
                        .map(Page::path))
                .containsExactlyInAnyOrderElementsOf(run);
    }

    private static List<Block> blocks(String page) {
        return Page.of(SITE.resolve(page)).blocks();
    }

    private static void run(Mac mac, List<Block> blocks) {
        // Clients know the server's name from their tailnet.
        mac.script(
                mac.standin("curl"),
                "exec /usr/bin/curl -sS --fail --connect-to remote-ollama:11434:" + Mac.ADDRESS + ":11434 \"$@\"");
        String printed = "";
        for (Block block : blocks) {
            String mark = block.mark();
            if (mark.startsWith("config ")) {
                mac.write(mac.checkout().resolve(mark.substring("config ".length())), block.text());
            } else if (mark.startsWith("run")) {
                Run run = mark.equals("run on a client") ? onAClient(mac, block) : onTheMac(mac, block);
                assertThat(run.exitCode()).as(block + "\n" + run).isZero();
                printed = (run.err() + run.out()).replace(mac.home().toString(), "/Users/ann");
            } else if (mark.equals("output")) {
                List<String> missing = ShownOutput.missing(block.text(), printed);
                assertThat(missing.isEmpty())
                        .as(block.page() + " shows what was not printed:\n" + String.join("\n", missing)
                                + "\n--- printed\n" + printed)
                        .isTrue();
            }
        }
    }

    private static Run onTheMac(Mac mac, Block block) {
        String script = block.text();
        Matcher with = WITH.matcher(block.mark());
        if (with.matches()) {
            script = with.group(2) == null
                    ? script.stripTrailing() + " " + with.group(1)
                    : script.replace(with.group(2), with.group(1));
        }
        return mac.command(
                "sh", "-euc", IN_CHECKOUT + script, "sh", mac.checkout().toString());
    }

    private static Run onAClient(Mac mac, Block block) {
        String[] words = block.text().strip().split(" ");
        assertThat(words[0]).as(block.toString()).isEqualTo("aiserver");
        return mac.fromAClient(Stream.of(words).skip(1).toArray(String[]::new));
    }
}
