import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Machine;

/** Reads lines of a pattern, a tab and an event; answers true, false, or null where AWS's engine refuses the pattern. */
public final class Ruler {
    public static void main(String[] arguments) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", 2);
            System.out.println(matches(parts[0], parts[1]));
        }
    }

    private static String matches(String pattern, String event) throws Exception {
        var machine = new Machine();
        try {
            machine.addRule("rule", pattern);
        } catch (Exception refused) {
            return "null";
        }
        return String.valueOf(!machine.rulesForJSONEvent(event).isEmpty());
    }
}
