package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * Proves that {@code mvn verify} runs each test exactly once. Surefire runs the tests without a tag, as {@code mvn test}
 * does; Failsafe runs the tagged ones. Each selects its classes by their names.
 *
 * <ul>
 *   <li>{@code slow}: takes more than ten seconds on an idle machine.
 *   <li>{@code haproxy}: starts HAProxy.
 *   <li>{@code linux}: needs Linux's {@code /proc}, its loopback addresses besides 127.0.0.1, or bash 4.
 *   <li>{@code root}: needs root, and with it Linux's namespaces.
 * </ul>
 */
class TestGroupsTest {
    private static final Set<String> HEAVY = Set.of("slow", "haproxy", "linux", "root");

    private record TestMethod(Class<?> owner, Method method) {
        Set<String> tags() {
            Set<String> tags = new TreeSet<>(TestGroupsTest.tags(method));
            for (Class<?> each = owner; each != null; each = each.getEnclosingClass()) {
                tags.addAll(TestGroupsTest.tags(each));
            }
            return tags;
        }

        /** Returns the class that Maven selects by its name; nested classes run with it. */
        Class<?> outermost() {
            Class<?> outer = owner;
            while (outer.getEnclosingClass() != null) {
                assertThat(outer).hasAnnotation(Nested.class);
                outer = outer.getEnclosingClass();
            }
            return outer;
        }

        @Override
        public String toString() {
            return owner.getName() + "#" + method.getName();
        }
    }

    private static Set<String> tags(AnnotatedElement element) {
        return AnnotationSupport.findRepeatableAnnotations(element, Tag.class).stream()
                .map(Tag::value)
                .collect(Collectors.toSet());
    }

    /** Returns the test methods of all classes, inherited ones once for each class that runs them. */
    private static List<TestMethod> tests() throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(TestGroupsTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(file -> file.toString().endsWith(".class")).toList();
        }
        List<TestMethod> tests = new ArrayList<>();
        for (Path file : files) {
            String path = root.relativize(file).toString().replace('/', '.');
            Class<?> each = Class.forName(
                    path.substring(0, path.length() - ".class".length()), false, TestGroupsTest.class.getClassLoader());
            if (!Modifier.isAbstract(each.getModifiers())) {
                AnnotationSupport.findAnnotatedMethods(each, Testable.class, HierarchyTraversalMode.TOP_DOWN)
                        .forEach(method -> tests.add(new TestMethod(each, method)));
            }
        }
        return tests;
    }

    @Test
    void everyClassIsNamedSoThatMavenRunsIt() throws Exception {
        assertThat(tests())
                .hasSizeGreaterThan(500)
                .allSatisfy(test -> assertThat(test.outermost().getName()).matches("[\\w.]+(Test|IT)"));
    }

    @Test
    void onlyKnownTagsAreUsed() throws Exception {
        assertThat(tests()).allSatisfy(test -> assertThat(HEAVY).containsAll(test.tags()));
    }

    /** Surefire does not look at these classes, and Failsafe runs only what has a tag. */
    @Test
    void everyIntegrationTestHasATag() throws Exception {
        assertThat(tests())
                .filteredOn(test -> test.outermost().getName().endsWith("IT"))
                .isNotEmpty()
                .allSatisfy(test -> assertThat(test.tags()).contains("root"));
    }

    @Test
    void theBuildSplitsTheTestsByTheseTags() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        assertThat(Set.of(element(pom, "tests.heavy").split(" \\| "))).isEqualTo(HEAVY);
        assertThat(element(pom, "tests.excluded")).isEqualTo("${tests.heavy}");
        assertThat(element(plugin(pom, "surefire"), "excludedGroups")).isEqualTo("${tests.excluded}");
        assertThat(elements(plugin(pom, "surefire"), "include")).containsExactly("**/*Test.java");
        assertThat(element(plugin(pom, "failsafe"), "groups")).isEqualTo("${tests.heavy}");
        assertThat(elements(plugin(pom, "failsafe"), "include")).containsExactly("**/*Test.java", "**/*IT.java");
    }

    private static String plugin(String pom, String name) {
        return Arrays.stream(pom.split("</plugin>"))
                .filter(plugin -> plugin.contains("<artifactId>maven-" + name + "-plugin</artifactId>"))
                .collect(Collectors.joining());
    }

    private static String element(String xml, String name) {
        List<String> all = elements(xml, name);
        assertThat(all).as(name).hasSize(1);
        return all.get(0);
    }

    private static List<String> elements(String xml, String name) {
        Matcher found = Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(xml);
        return found.results().map(each -> each.group(1)).toList();
    }
}
