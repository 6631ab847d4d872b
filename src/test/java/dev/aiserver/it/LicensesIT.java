package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Each jar of the build has the license of aiserver and of every library in it, and only the classes that belong there. */
@Tag("root")
@ParameterizedClass
@ValueSource(strings = {LicensesIT.PROGRAM, LicensesIT.STANDINS})
final class LicensesIT {
    static final String PROGRAM = "target/aiserver.jar";
    static final String STANDINS = "target/aiserver-standin.jar";

    private static final String LICENSES = "META-INF/licenses/";

    /** The file names by which a library carries its own license or notice. */
    private static final Pattern LICENSE_FILE = Pattern.compile("META-INF/((?:.*-)?(?:LICENSE|NOTICE)[^/]*)");

    private static final Pattern JAR_NAME = Pattern.compile("(.+?)-\\d[^/]*\\.jar");

    private final JarFile built;
    private final Set<String> names;

    LicensesIT(String file) throws IOException {
        built = new JarFile(file);
        names = built.stream().map(JarEntry::getName).collect(Collectors.toSet());
    }

    @AfterEach
    void close() throws IOException {
        built.close();
    }

    /** A user gets no stand-in, and the stand-ins do without the program, except for what a rehearsal asks of them. */
    @Test
    void theProgramAndTheStandInsShareNoClass() {
        boolean program = built.getName().equals(PROGRAM);
        assertThat(names.contains("dev/aiserver/Main.class")).isEqualTo(program);
        assertThat(names.contains("standin/ollama/ModelServer.class")).isNotEqualTo(program);
        assertThat(names).noneMatch(name -> name.startsWith(program ? "standin/" : "dev/aiserver/"));
        assertThat(names).noneMatch(name -> program && name.endsWith("rehearsal.StandIns"));
    }

    @Test
    void theJarHasOurLicenseAndNotice() throws IOException {
        assertThat(text(built, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
        assertThat(text(built, "META-INF/NOTICE")).isEqualTo(Files.readString(Path.of("NOTICE")));
    }

    @Test
    void theIndexNamesEveryLibraryInTheJarAndNoOther() throws IOException {
        assertThat(index().keySet()).isEqualTo(libraries().keySet());
    }

    @Test
    void everyFileThatTheIndexNamesIsInTheJarAndTheIndexNamesEveryFile() throws IOException {
        Set<String> named = new TreeSet<>();
        for (List<String> files : index().values()) {
            for (String file : files) {
                String path = path(file);
                assertThat(text(built, path)).as(path).hasSizeGreaterThan(100);
                named.add(path);
            }
        }
        Set<String> present = names.stream()
                .filter(name -> name.startsWith(LICENSES) && !name.endsWith("/"))
                .filter(name -> !name.equals(LICENSES + "INDEX.txt"))
                .collect(Collectors.toCollection(TreeSet::new));
        present.add("META-INF/LICENSE");
        assertThat(named).isEqualTo(present);
    }

    /** After an update of a library this test names the text to copy. */
    @Test
    void theTextsAreThoseThatTheLibrariesCarry() throws IOException {
        String apache = words(text(built, "META-INF/LICENSE"));
        Map<String, List<String>> index = index();
        int found = 0;
        for (Map.Entry<String, Path> library : libraries().entrySet()) {
            try (JarFile jar = new JarFile(library.getValue().toFile())) {
                for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                    Matcher file = LICENSE_FILE.matcher(entry.getName());
                    if (!file.matches()) {
                        continue;
                    }
                    found++;
                    String own = words(text(jar, entry.getName()));
                    String kept = library.getKey() + "/" + file.group(1);
                    if (own.equals(apache)) {
                        assertThat(index.get(library.getKey())).contains("../LICENSE");
                    } else {
                        assertThat(index.get(library.getKey())).contains(kept);
                        assertThat(own).as(kept).isEqualTo(words(text(built, LICENSES + kept)));
                    }
                }
            }
        }
        assertThat(found).isGreaterThan(5);
    }

    private static String path(String file) {
        return file.equals("../LICENSE") ? "META-INF/LICENSE" : LICENSES + file;
    }

    /** Commons Exec writes the license's own address with https. */
    private static String words(String text) {
        return text.replace("https://www.apache.org/", "http://www.apache.org/")
                .replaceAll("\\s+", " ")
                .strip();
    }

    /** Returns the files of each library, by the name of its artifact. */
    private Map<String, List<String>> index() throws IOException {
        Map<String, List<String>> index = new TreeMap<>();
        text(built, LICENSES + "INDEX.txt").lines().skip(3).forEach(row -> {
            String[] columns = row.split(" {2,}");
            assertThat(columns).as(row).hasSize(3);
            index.computeIfAbsent(columns[0], any -> new ArrayList<>()).addAll(List.of(columns[2].split(" ")));
        });
        return index;
    }

    /** Returns the jars on the class path of which the built jar contains the classes. */
    private Map<String, Path> libraries() throws IOException {
        Map<String, Path> libraries = new TreeMap<>();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String each : classPath.split(File.pathSeparator)) {
            Matcher name = JAR_NAME.matcher(Path.of(each).getFileName().toString());
            if (name.matches() && isShaded(Path.of(each))) {
                libraries.put(name.group(1), Path.of(each));
            }
        }
        return libraries;
    }

    private boolean isShaded(Path library) throws IOException {
        try (JarFile jar = new JarFile(library.toFile())) {
            return jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                    .anyMatch(names::contains);
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        JarEntry entry = jar.getJarEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
